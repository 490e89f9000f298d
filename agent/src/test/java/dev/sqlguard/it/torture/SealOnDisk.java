package dev.sqlguard.it.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a clean exit has left its seal in a state file: of its two slots the one that was written
 * last counts, each beginning with a mark, its number, the length of its text and a checksum.
 */
final class SealOnDisk {
  private static final int SLOT = 64 << 10;
  private static final String MARK = "sqlguard-state-1";
  private static final String SEAL = "\nseal ";

  private SealOnDisk() {}

  static boolean isIn(Path stateFile) throws IOException {
    if (Files.notExists(stateFile)) {
      return false;
    }
    byte[] all = Files.readAllBytes(stateFile);
    long newest = -1;
    boolean sealed = false;
    for (int at = 0; at < all.length; at += SLOT) {
      String slot = text(all, at);
      String[] header = slot.split("\n", 2)[0].split(" ");
      if (header[0].equals(MARK) && Long.parseLong(header[1]) > newest) {
        newest = Long.parseLong(header[1]);
        sealed = slot.contains(SEAL);
      }
    }
    return sealed;
  }

  /** The header, and as much behind it as that says. */
  private static String text(byte[] all, int at) {
    int size = Math.min(SLOT, all.length - at);
    String slot = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(all, at, size)).toString();
    int header = slot.indexOf('\n') + 1;
    String[] words = slot.substring(0, header).trim().split(" ");
    return words[0].equals(MARK) ? slot.substring(0, header + Integer.parseInt(words[2])) : slot;
  }
}
