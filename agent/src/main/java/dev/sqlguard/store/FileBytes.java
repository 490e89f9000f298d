package dev.sqlguard.store;

import dev.sqlguard.format.ByteSource;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The bytes of a file. On {@link RandomAccessFile}, not {@code FileChannel}: its reads don't care
 * about thread interrupts.
 */
public final class FileBytes implements ByteSource, Closeable {
  private static final int BUFFER = 1 << 18;

  private final Path path;
  private final RandomAccessFile file;
  private final long size;

  /** Opens {@code path} for reading. Closing releases every lock that the process has on it. */
  public FileBytes(Path path) throws IOException {
    this(path, OpenedFile.forReading(path));
  }

  /**
   * What a descriptor of another process leads to, by its name in {@code /proc/PID/fd}. That is a
   * link, and it is that process's business where it leads.
   */
  public static FileBytes throughDescriptor(Path link) throws IOException {
    return new FileBytes(link, new RandomAccessFile(link.toFile(), "r"));
  }

  /** Takes over {@code file}; the size is the one at this moment. */
  FileBytes(Path path, RandomAccessFile file) throws IOException {
    this.path = path;
    this.file = file;
    this.size = file.length();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(long position, byte[] into, int offset, int length) throws IOException {
    try {
      file.seek(position);
      int done = 0;
      while (done < length) {
        int n = file.read(into, offset + done, length - done);
        if (n < 0) {
          break;
        }
        done += n;
      }
      return done;
    } catch (IOException e) {
      throw Errors.named(path, e);
    }
  }

  /** Compares size and every byte. */
  public boolean hasSameBytesAs(ByteSource other) throws IOException {
    if (size != other.size()) {
      return false;
    }
    byte[] left = new byte[BUFFER];
    byte[] right = new byte[BUFFER];
    for (long at = 0; at < size; at += BUFFER) {
      int n = read(at, left, 0, BUFFER);
      if (n != other.read(at, right, 0, BUFFER) || !Arrays.equals(left, 0, n, right, 0, n)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
