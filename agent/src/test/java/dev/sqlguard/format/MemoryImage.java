package dev.sqlguard.format;

/** An image in memory. */
record MemoryImage(byte[] bytes) implements ByteSource {
  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public int read(long position, byte[] into, int offset, int length) {
    int n = (int) Math.max(0, Math.min(length, bytes.length - position));
    System.arraycopy(bytes, (int) position, into, offset, n);
    return n;
  }
}
