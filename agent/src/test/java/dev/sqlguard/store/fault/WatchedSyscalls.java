package dev.sqlguard.store.fault;

import dev.sqlguard.store.Syscalls;
import dev.sqlguard.store.WriteOut;
import dev.sqlguard.store.fault.Call.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.SQLException;

/** System calls that somebody is told of, and may prevent. */
public abstract class WatchedSyscalls extends Syscalls {
  /** A write of which only the first bytes reach the file. */
  public static final class ShortWrite extends FileSystemException {
    private static final long serialVersionUID = 1;
    private final int written;

    public ShortWrite(int written, String path, String reason) {
      super(path, null, reason);
      this.written = written;
    }
  }

  /** Before a call. What this throws comes in place of the call. */
  protected abstract void before(Call call) throws IOException;

  /** After a call that succeeded. */
  protected void after(Call call) {}

  /** Of a write that the process dies at, how many bytes have reached the file. */
  protected int torn(Call write) {
    return 0;
  }

  /** Before a statement of SQLite's work. */
  protected void within(Call call) throws IOException {}

  /** Whether an fsync is one: it makes a difference to nobody but who loses power. */
  protected boolean syncs() {
    return true;
  }

  /**
   * SQLite begins to work on a private copy.
   *
   * @throws SQLException what it says in place of working
   */
  public final void beforeSqlite(Path copy) throws SQLException {
    try {
      before(Call.of(Kind.SQLITE, copy));
    } catch (IOException e) {
      throw said(e);
    }
  }

  /**
   * SQLite is about to run a statement.
   *
   * @throws SQLException what it says in place of running it
   */
  public final void withinSqlite(Path copy) throws SQLException {
    try {
      within(Call.of(Kind.SQLITE, copy));
    } catch (IOException e) {
      throw said(e);
    }
  }

  private static SQLException said(IOException e) {
    return e.getCause() instanceof SQLException said ? said : new SQLException(e);
  }

  /** SQLite has closed the private copy. */
  public final void afterSqlite(Path copy) {
    after(Call.of(Kind.SQLITE, copy));
  }

  @FunctionalInterface
  private interface Asking<T> {
    T run() throws IOException;
  }

  @FunctionalInterface
  private interface Doing {
    void run() throws IOException;
  }

  private <T> T asked(Call call, Asking<T> work) throws IOException {
    before(call);
    T result = work.run();
    after(call);
    return result;
  }

  private void done(Call call, Doing work) throws IOException {
    before(call);
    work.run();
    after(call);
  }

  @Override
  protected void create(Path path) throws IOException {
    done(Call.of(Kind.CREATE, path), () -> super.create(path));
  }

  @Override
  protected Path makeTemporaryDirectory(String prefix) throws IOException {
    Path place = Path.of(System.getProperty("java.io.tmpdir"), prefix);
    before(Call.of(Kind.MAKE_DIRECTORY, place));
    Path made = super.makeTemporaryDirectory(prefix);
    after(Call.of(Kind.MAKE_DIRECTORY, made));
    return made;
  }

  @Override
  protected RandomAccessFile open(Path path, boolean writable) throws IOException {
    return asked(Call.of(Kind.OPEN, path), () -> super.open(path, writable));
  }

  @Override
  protected void write(
      Path path, RandomAccessFile file, long position, byte[] bytes, int offset, int length)
      throws IOException {
    Call call = new Call(Kind.WRITE, path, null, position, bytes, offset, length);
    try {
      before(call);
    } catch (ShortWrite e) {
      super.write(path, file, position, bytes, offset, Math.min(e.written, length));
      throw e;
    } catch (Error e) {
      int torn = torn(call);
      if (torn > 0) {
        super.write(path, file, position, bytes, offset, torn);
      }
      throw e;
    }
    super.write(path, file, position, bytes, offset, length);
    after(call);
  }

  @Override
  protected void truncate(Path path, RandomAccessFile file, long length) throws IOException {
    Call call = new Call(Kind.TRUNCATE, path, null, length, null, 0, 0);
    done(call, () -> super.truncate(path, file, length));
  }

  @Override
  protected void sync(Path path, RandomAccessFile file) throws IOException {
    before(Call.of(Kind.SYNC, path));
    if (syncs()) {
      super.sync(path, file);
    }
    after(Call.of(Kind.SYNC, path));
  }

  /** However small a file is. */
  @Override
  protected long worthAThread() {
    return 0;
  }

  /** Here and now, in its turn among the others. */
  @Override
  protected WriteOut startWriting(Path path, RandomAccessFile file) {
    WriteOut work = new WriteOut(path, () -> writeOut(path, file));
    work.run();
    return work;
  }

  private void writeOut(Path path, RandomAccessFile file) throws IOException {
    try (file) {
      before(Call.of(Kind.START_WRITING, path));
      if (syncs()) {
        file.getFD().sync();
      }
      after(Call.of(Kind.START_WRITING, path));
    }
  }

  /** Here and now. */
  @Override
  protected void closeAside(Path path, RandomAccessFile file) {
    try (file) {
      before(Call.of(Kind.CLOSE_ASIDE, path));
      after(Call.of(Kind.CLOSE_ASIDE, path));
    } catch (IOException e) {
      // As little as the guard hears of it.
    }
  }

  @Override
  protected void syncDirectory(Path directory) throws IOException {
    before(Call.of(Kind.SYNC_DIRECTORY, directory));
    if (syncs()) {
      super.syncDirectory(directory);
    }
    after(Call.of(Kind.SYNC_DIRECTORY, directory));
  }

  @Override
  protected void rename(Path from, Path to) throws IOException {
    done(Call.of(Kind.RENAME, from, to), () -> super.rename(from, to));
  }

  @Override
  protected void link(Path existing, Path name) throws IOException {
    done(Call.of(Kind.LINK, existing, name), () -> super.link(existing, name));
  }

  @Override
  protected void unlink(Path path) throws IOException {
    done(Call.of(Kind.UNLINK, path), () -> super.unlink(path));
  }

  @Override
  protected void setAttribute(Path path, String attribute, int value) throws IOException {
    Call call = new Call(Kind.SET_ATTRIBUTE, path, null, value, null, 0, 0);
    done(call, () -> super.setAttribute(path, attribute, value));
  }

  @Override
  protected boolean copyAttributes(Path from, Path to) throws IOException {
    return asked(Call.of(Kind.COPY_ATTRIBUTES, to, from), () -> super.copyAttributes(from, to));
  }

  @Override
  protected FileLock tryLock(Path path, RandomAccessFile file, long position, long size)
      throws IOException {
    return asked(Call.of(Kind.LOCK, path), () -> super.tryLock(path, file, position, size));
  }
}
