package dev.sqlguard.format;

import java.io.IOException;

/** Random access to the bytes of a database image. */
public interface ByteSource {
  /** In bytes. */
  long size();

  /**
   * Reads up to {@code length} bytes at {@code position}.
   *
   * @return how many were read; less than {@code length} only at the end of the image
   */
  int read(long position, byte[] into, int offset, int length) throws IOException;
}
