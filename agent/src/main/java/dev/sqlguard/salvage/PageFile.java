package dev.sqlguard.salvage;

import dev.sqlguard.store.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The pages of a new file. Pages are written nearly in order: a window of the file is kept in
 * memory and moves forward only; what was left open behind it is patched in place. A page that was
 * never written is all zeros.
 */
final class PageFile implements Closeable {
  private static final int WINDOW = 1 << 20;

  private final Path path;
  private final Disk disk;
  private final RandomAccessFile file;
  private final int pageSize;
  private final byte[] window = new byte[WINDOW];
  private long windowAt;

  /**
   * Creates {@code path}, which nobody else can read.
   *
   * @throws java.nio.file.FileAlreadyExistsException where it exists
   */
  PageFile(Path path, int pageSize, Disk disk) throws IOException {
    disk.create(path);
    this.path = path;
    this.disk = disk;
    this.file = disk.open(path);
    this.pageSize = pageSize;
  }

  void write(int page, byte[] bytes) throws IOException {
    long at = offset(page);
    if (at >= windowAt + WINDOW) {
      flush();
      Arrays.fill(window, (byte) 0);
      windowAt = at / WINDOW * WINDOW;
    }
    if (at >= windowAt) {
      System.arraycopy(bytes, 0, window, (int) (at - windowAt), pageSize);
    } else {
      disk.write(path, file, at, bytes, 0, pageSize);
    }
  }

  void read(int page, byte[] into) throws IOException {
    long at = offset(page);
    if (at >= windowAt && at < windowAt + WINDOW) {
      System.arraycopy(window, (int) (at - windowAt), into, 0, pageSize);
      return;
    }
    file.seek(at);
    int done = 0;
    while (done < pageSize) {
      int n = file.read(into, done, pageSize - done);
      if (n < 0) {
        break;
      }
      done += n;
    }
    Arrays.fill(into, done, pageSize, (byte) 0);
  }

  /** Writes what is in memory; the file then has {@code pages} pages. */
  void finish(int pages) throws IOException {
    flush();
    disk.truncate(path, file, offset(pages) + pageSize);
  }

  private void flush() throws IOException {
    disk.write(path, file, windowAt, window, 0, WINDOW);
  }

  private long offset(int page) {
    return (page - 1L) * pageSize;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
