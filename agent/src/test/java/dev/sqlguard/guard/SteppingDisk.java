package dev.sqlguard.guard;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** A disk that says so before each of its operations. */
abstract class SteppingDisk extends Disk {
  /** Before an operation. */
  abstract void step() throws IOException;

  @Override
  public void create(Path path) throws IOException {
    step();
    super.create(path);
  }

  @Override
  public void copy(FileBytes from, Path to, LongConsumer progress) throws IOException {
    step();
    super.copy(from, to, progress);
  }

  @Override
  public void createLike(Path model, Path path) throws IOException {
    step();
    super.createLike(model, path);
  }

  @Override
  public void overwrite(Path to, Path from) throws IOException {
    step();
    super.overwrite(to, from);
  }

  @Override
  public void patch(Path path, long position, byte... bytes) throws IOException {
    step();
    super.patch(path, position, bytes);
  }

  @Override
  public void write(RandomAccessFile file, long position, byte[] bytes) throws IOException {
    step();
    super.write(file, position, bytes);
  }

  @Override
  public void sync(Path path) throws IOException {
    step();
    super.sync(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step();
    super.syncDirectory(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    super.rename(from, to);
  }

  @Override
  public boolean tryLink(Path existing, Path name) throws IOException {
    step();
    return super.tryLink(existing, name);
  }

  @Override
  public void delete(Path path) throws IOException {
    step();
    super.delete(path);
  }

  @Override
  public void adopt(Path path, FileStat model) throws IOException {
    step();
    super.adopt(path, model);
  }

  @Override
  public void follow(Path path, FileStat model) throws IOException {
    step();
    super.follow(path, model);
  }

  @Override
  public void narrow(Path path, FileStat model) throws IOException {
    step();
    super.narrow(path, model);
  }
}
