package dev.sqlguard.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Path;

/**
 * System calls that happen only as long as a {@link Lease} lasts. One that is under way when it is
 * revoked can't be called back: it ends when it ends, and is the last one.
 */
final class LeasedSyscalls extends Syscalls {
  private final Syscalls calls;
  private final Lease lease;

  LeasedSyscalls(Syscalls calls, Lease lease) {
    this.calls = calls;
    this.lease = lease;
  }

  @Override
  protected boolean isRevoked() {
    return lease.isRevoked();
  }

  @Override
  protected void require() {
    lease.require();
  }

  @Override
  protected boolean enter() {
    return lease.enter();
  }

  @Override
  protected void exit() {
    lease.exit();
  }

  @Override
  protected void create(Path path) throws IOException {
    lease.require();
    calls.create(path);
  }

  @Override
  protected Path makeTemporaryDirectory(String prefix) throws IOException {
    lease.require();
    return calls.makeTemporaryDirectory(prefix);
  }

  /** Nothing may be thrown after it: the descriptor would be lost, and closed at any moment. */
  @Override
  protected RandomAccessFile open(Path path, boolean writable) throws IOException {
    lease.require();
    return calls.open(path, writable);
  }

  @Override
  protected void write(
      Path path, RandomAccessFile file, long position, byte[] bytes, int offset, int length)
      throws IOException {
    lease.require();
    calls.write(path, file, position, bytes, offset, length);
  }

  @Override
  protected void truncate(Path path, RandomAccessFile file, long length) throws IOException {
    lease.require();
    calls.truncate(path, file, length);
  }

  @Override
  protected void sync(Path path, RandomAccessFile file) throws IOException {
    lease.require();
    calls.sync(path, file);
  }

  @Override
  protected long worthAThread() {
    return calls.worthAThread();
  }

  @Override
  protected WriteOut startWriting(Path path, RandomAccessFile file) {
    return calls.startWriting(path, file);
  }

  @Override
  protected void closeAside(Path path, RandomAccessFile file) {
    calls.closeAside(path, file);
  }

  @Override
  protected void syncDirectory(Path directory) throws IOException {
    lease.require();
    calls.syncDirectory(directory);
  }

  @Override
  protected void rename(Path from, Path to) throws IOException {
    lease.require();
    calls.rename(from, to);
  }

  @Override
  protected void link(Path existing, Path name) throws IOException {
    lease.require();
    calls.link(existing, name);
  }

  @Override
  protected void unlink(Path path) throws IOException {
    lease.require();
    calls.unlink(path);
  }

  @Override
  protected void setAttribute(Path path, String attribute, int value) throws IOException {
    lease.require();
    calls.setAttribute(path, attribute, value);
  }

  @Override
  protected boolean copyAttributes(Path from, Path to) throws IOException {
    lease.require();
    return calls.copyAttributes(from, to);
  }

  @Override
  protected FileLock tryLock(Path path, RandomAccessFile file, long position, long size)
      throws IOException {
    lease.require();
    return calls.tryLock(path, file, position, size);
  }
}
