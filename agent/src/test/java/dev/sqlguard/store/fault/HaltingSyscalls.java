package dev.sqlguard.store.fault;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * The system calls of a whole process, steered from outside: see {@link Steering}. Together with
 * {@link SqliteWork} it is put into a copy of the guard's jar.
 */
public final class HaltingSyscalls extends WatchedSyscalls {
  @Override
  protected void before(Call call) throws IOException {
    Failure failure = Steering.PROCESS.begin(call);
    if (failure != null) {
      throw failure.of(call);
    }
  }

  @Override
  protected void write(
      Path path, RandomAccessFile file, long position, byte[] bytes, int offset, int length)
      throws IOException {
    try {
      super.write(path, file, position, bytes, offset, length);
    } catch (ShortWrite e) {
      Steering.PROCESS.torn();
      throw e;
    }
  }
}
