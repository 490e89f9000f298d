package dev.sqlguard.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which native libraries this process has loaded (proc(5), /proc/pid/maps). */
public final class MappedLibraries {
  private static final Path MAPS = Path.of("/proc/self/maps");

  /** Address, permissions, offset, device, inode, and then the path with its spaces. */
  private static final int FIELDS = 6;

  private static final int DEVICE = 3;
  private static final int INODE = 4;
  private static final int PATH = 5;

  private MappedLibraries() {}

  /**
   * How many different files are mapped that are shared libraries by their name.
   *
   * @param word in lower case; the name has to contain it
   */
  public static int count(String word) throws IOException {
    // Whatever the locale can't spell is no reason to fail.
    return count(Files.readAllLines(MAPS, StandardCharsets.ISO_8859_1), word);
  }

  static int count(List<String> maps, String word) {
    Set<String> files = new HashSet<>();
    for (String line : maps) {
      String[] fields = line.split("\\s+", FIELDS);
      if (fields.length == FIELDS && isLibrary(fields[PATH], word)) {
        files.add(fields[DEVICE] + " " + fields[INODE]);
      }
    }
    return files.size();
  }

  private static boolean isLibrary(String path, String word) {
    String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return name.contains(word) && name.contains(".so");
  }
}
