package dev.sqlguard.store;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
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

  private static final int PERMISSIONS = 1;
  private static final int DEVICE = 3;
  private static final int INODE = 4;
  private static final int PATH = 5;
  private static final int BUFFER = 1 << 16;

  private MappedLibraries() {}

  /**
   * How many different files are mapped that are shared libraries by their name, or that hold code.
   * Other libraries may have such code inside, and none of the name: so the files are read.
   *
   * @param word in lower case; the name has to contain it
   * @param text or the file; in ASCII
   */
  public static int count(String word, String text) throws IOException {
    // Whatever the locale can't spell is no reason to fail.
    return count(Files.readAllLines(MAPS, StandardCharsets.ISO_8859_1), word, text);
  }

  static int count(List<String> maps, String word, String text) {
    Set<String> seen = new HashSet<>();
    Set<String> found = new HashSet<>();
    for (String line : maps) {
      String[] fields = line.split("\\s+", FIELDS);
      if (fields.length < FIELDS || fields[PATH].isEmpty()) {
        continue;
      }
      String file = fields[DEVICE] + " " + fields[INODE];
      if (isLibrary(fields[PATH], word)
          || fields[PERMISSIONS].contains("x") && seen.add(file) && holds(fields[PATH], text)) {
        found.add(file);
      }
    }
    return found.size();
  }

  private static boolean isLibrary(String path, String word) {
    String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return name.contains(word) && name.contains(".so");
  }

  /** False where it can't be read: it has been deleted, or is no file at all. */
  private static boolean holds(String path, String text) {
    byte[] sought = text.getBytes(StandardCharsets.US_ASCII);
    String name = new String(path.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    byte[] buffer = new byte[BUFFER];
    int kept = 0;
    try (InputStream in = new FileInputStream(name)) {
      for (int read; (read = in.read(buffer, kept, BUFFER - kept)) > 0; ) {
        int end = kept + read;
        if (contains(buffer, end, sought)) {
          return true;
        }
        kept = Math.min(end, sought.length - 1);
        System.arraycopy(buffer, end - kept, buffer, 0, kept);
      }
    } catch (IOException e) {
      return false;
    }
    return false;
  }

  private static boolean contains(byte[] buffer, int end, byte[] sought) {
    for (int at = 0; at + sought.length <= end; at++) {
      int same = 0;
      while (same < sought.length && buffer[at + same] == sought[same]) {
        same++;
      }
      if (same == sought.length) {
        return true;
      }
    }
    return false;
  }
}
