package dev.sqlguard.salvage;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.store.FileBytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** The image of a database as its files hold it. Nothing is ever written to them. */
public final class DamagedFile implements ByteSource, Closeable {
  private final FileBytes main;

  private DamagedFile(FileBytes main) {
    this.main = main;
  }

  /** Opens a main file that nobody in this process has open. */
  public static DamagedFile open(Path main) throws IOException {
    return new DamagedFile(new FileBytes(main));
  }

  @Override
  public long size() {
    return main.size();
  }

  @Override
  public int read(long position, byte[] into, int offset, int length) throws IOException {
    return main.read(position, into, offset, length);
  }

  @Override
  public void close() throws IOException {
    main.close();
  }
}
