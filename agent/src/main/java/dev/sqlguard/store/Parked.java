package dev.sqlguard.store;

import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Descriptors of live files that must not be closed before the process ends, because closing them
 * would release the application's locks. Kept reachable: an unreachable one is closed by its
 * cleaner.
 */
public final class Parked {
  private final List<RandomAccessFile> files = new ArrayList<>();

  synchronized void keep(RandomAccessFile file) {
    files.add(file);
  }
}
