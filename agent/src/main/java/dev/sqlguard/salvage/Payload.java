package dev.sqlguard.salvage;

import java.io.IOException;

/** A record's bytes, read piece by piece, so that a large one needs no memory. */
interface Payload {
  /** In bytes. */
  long size();

  /**
   * Reads exactly {@code length} bytes, which start at {@code from} and end within the payload.
   *
   * @throws IOException also where the bytes can't be had
   */
  void read(long from, byte[] into, int at, int length) throws IOException;

  /** The payload in {@code bytes}, which are not copied. */
  static Payload of(byte[] bytes, int start, int size) {
    return new Payload() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void read(long from, byte[] into, int at, int length) {
        System.arraycopy(bytes, start + Math.toIntExact(from), into, at, length);
      }
    };
  }
}
