package dev.sqlguard.cli;

import dev.sqlguard.salvage.Salvage;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.GuardThread;
import dev.sqlguard.store.RealPath;
import dev.sqlguard.store.SideFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A database in the making. It has its name only once it is complete; until then it stands under
 * another one beside it, and nothing of it stays after an error or a signal.
 */
final class OutputFile implements Closeable {
  private static final long PATIENCE_SECONDS = 5;

  private final Path file;
  private final Disk disk;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread atSignal = new GuardThread("sqlguard-cleanup", this::cancel);
  private volatile boolean cancelled;

  private OutputFile(Path file, Disk disk) {
    this.file = file;
    this.disk = disk;
  }

  /**
   * @param inputs databases whose side files the new one must not be
   * @throws Refusal where anything has that name, or would mix with what gets it
   */
  static OutputFile create(Path given, List<Path> inputs, Disk disk) throws IOException {
    if (FileStat.ofEntry(given).isPresent()) {
      throw new Refusal(ExitCode.WRONG_USE, given, "exists already; it is not overwritten");
    }
    Path file =
        RealPath.of(given)
            .orElseThrow(
                () -> new Refusal(ExitCode.WRONG_USE, given, "its directory doesn't exist"));
    for (Path input : inputs) {
      if (SideFiles.of(input).all().contains(file)) {
        throw new Refusal(ExitCode.WRONG_USE, given, "SQLite would take it for a part of " + input);
      }
    }
    for (Path side : SideFiles.of(file).all()) {
      if (FileStat.ofEntry(side).isPresent()) {
        throw new Refusal(
            ExitCode.WRONG_USE, given, "SQLite would mix it with " + side + "; move that away");
      }
    }
    OutputFile output = new OutputFile(file, disk);
    output.clearLeftovers();
    Runtime.getRuntime().addShutdownHook(output.atSignal);
    return output;
  }

  Path file() {
    return file;
  }

  Path directory() {
    return file.getParent();
  }

  /** Where it is made. */
  Path part() {
    return SideFiles.named(file, ".sqlguard-part");
  }

  /** A private copy of the damaged file, where one is needed. */
  Path damagedCopy() {
    return SideFiles.named(file, ".sqlguard-damaged");
  }

  /** A private copy of the backup. */
  Path backupCopy() {
    return SideFiles.named(file, ".sqlguard-backup");
  }

  /**
   * To be called now and then, on the way.
   *
   * @throws CancellationException after a signal
   */
  void check() {
    if (cancelled) {
      throw new CancellationException("stopped by a signal");
    }
  }

  /**
   * It is complete: on disk, and under its name.
   *
   * @param model whose mode it gets, and whose owner as far as this process may
   */
  void publish(FileStat model) throws IOException {
    disk.sync(part());
    disk.adopt(part(), model);
    check();
    boolean linked;
    try {
      linked = disk.tryLink(part(), file);
    } catch (FileAlreadyExistsException e) {
      throw new Refusal(ExitCode.WRONG_USE, file, "has come to exist; it is not overwritten");
    }
    if (linked) {
      disk.delete(part());
    } else if (FileStat.ofEntry(file).isEmpty()) {
      disk.rename(part(), file);
    } else {
      throw new Refusal(ExitCode.WRONG_USE, file, "has come to exist; it is not overwritten");
    }
    disk.syncDirectory(directory());
  }

  @Override
  public void close() throws IOException {
    try {
      deleteWork();
    } finally {
      closed.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(atSignal);
      } catch (IllegalStateException e) {
        // The JVM is ending: the hook waits for this moment, and then finds nothing left.
      }
    }
  }

  private void deleteWork() throws IOException {
    List<Path> all = new ArrayList<>(Salvage.scratchFiles(part()));
    all.addAll(List.of(part(), damagedCopy(), backupCopy()));
    for (Path work : all) {
      FrozenCopy.delete(work, disk);
    }
  }

  private void clearLeftovers() throws IOException {
    Set<dev.sqlguard.store.FileId> ids =
        FileUsers.ids(List.of(part(), damagedCopy(), backupCopy()));
    Optional<FileStat> part = FileStat.ofEntry(part());
    if (part.isPresent() && FileUsers.inOtherProcesses(ids, part.get()).isPresent()) {
      throw new Refusal(ExitCode.IN_USE, file, "another salvage is making it");
    }
    deleteWork();
  }

  private void cancel() {
    cancelled = true;
    try {
      closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      deleteWork();
    } catch (InterruptedException | IOException e) {
      // What stays is recognised and cleared away by the next salvage into the same file.
    }
  }
}
