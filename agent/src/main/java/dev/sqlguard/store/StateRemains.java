package dev.sqlguard.store;

import java.io.IOException;
import java.io.RandomAccessFile;

/**
 * What tells a state file from anybody else's file of its name: a slot begins with the mark, or
 * nothing was ever written to its end.
 *
 * <p>Saves may be cut short, by a kill or a full disk, and of their sectors any may be lost with
 * the power: then there are zeros. So a file counts as the guard's, too, where a slot has the
 * beginning of the mark alone, and where neither slot has any of its first sector and the other
 * sectors hold lines of text.
 */
final class StateRemains {
  private static final int SECTOR = 512;

  private final RandomAccessFile file;
  private final byte[] mark;
  private final int slot;

  /**
   * @param mark how each slot begins
   * @param slot the size of each of the two, in bytes
   */
  StateRemains(RandomAccessFile file, byte[] mark, int slot) {
    this.file = file;
    this.mark = mark;
    this.slot = slot;
  }

  /** Whether saves of the guard can have left this. */
  boolean areOurs() throws IOException {
    return isMarked(0) || isMarked(slot) || file.length() <= 2L * slot && areUnmarkedSlots();
  }

  private boolean isMarked(long at) throws IOException {
    byte[] found = read(at, mark.length);
    int marked = 0;
    while (marked < found.length && found[marked] == mark[marked]) {
      marked++;
    }
    return marked > 0 && isZero(found, marked, found.length);
  }

  private boolean areUnmarkedSlots() throws IOException {
    byte[] all = read(0, 2 * slot);
    for (int at = 0; at < all.length; at += slot) {
      if (!isZero(all, at, Math.min(at + SECTOR, all.length))) {
        return false;
      }
    }
    for (byte b : all) {
      if (b != 0 && b != '\n' && (b < ' ' || b > '~')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Less at the end of the file. */
  private byte[] read(long at, int length) throws IOException {
    byte[] bytes = new byte[(int) Math.max(0, Math.min(length, file.length() - at))];
    file.seek(at);
    file.readFully(bytes);
    return bytes;
  }
}
