package dev.sqlguard.guard;

import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.GuardThread;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The databases that this JVM has opened, by name (the directory's inode and the file's name) and
 * by inode. Both are needed: a file that doesn't exist yet has no inode, and an installation of
 * ours changes it; a hard link has another name.
 *
 * <p>A file system gives the inode of a deleted file to the next one, and that of a deleted
 * directory too, so that another database may come with both keys of an older one. Where the file
 * system knows when a file was created, that tells them apart, at no further cost.
 */
final class Registry {
  private static final int FIRST_SWEEP = 1024;

  private final Map<String, GuardedFile> byName = new LinkedHashMap<>();
  private final Map<FileId, GuardedFile> byId = new LinkedHashMap<>();

  /**
   * Devices on which a time of creation was seen that isn't just another name of the last write.
   */
  private final Set<Long> knowingCreation = new HashSet<>();

  private int nextSweep = FIRST_SWEEP;

  private boolean sweeping;

  /** What the sweep under way has not found to be there, and nobody has asked for since. */
  private final Set<GuardedFile> suspects = new HashSet<>();

  /**
   * @param certain false where it is what another name of the file led to, and may lead elsewhere
   *     by now
   */
  private record Found(GuardedFile file, boolean certain) {}

  /**
   * The entry of a file, made if it is unknown. Where its disk doesn't answer, nobody is kept from
   * other files: the first looks are taken before there is anything to wait for. Nor do disks of
   * other files keep anybody from this one.
   */
  GuardedFile find(Path path) throws IOException {
    FileStat.of(path.getParent());
    FileStat.ofEntry(path);
    Optional<GuardedFile> gone = Optional.empty();
    while (true) {
      Found found = findOrMake(path, gone);
      if (found.certain() || isStillThere(found.file())) {
        return found.file();
      }
      gone = Optional.of(found.file());
    }
  }

  /**
   * @param gone what is at its own path no longer
   */
  private synchronized Found findOrMake(Path path, Optional<GuardedFile> gone) throws IOException {
    String name = name(path);
    Optional<FileStat> stat = FileStat.ofEntry(path);
    noteCreation(stat);
    GuardedFile known = byName.get(name);
    if (known != null && (known.id().isEmpty() || isSame(known, stat) || isBeingExamined(known))) {
      suspects.remove(known);
      return new Found(known, true);
    }
    GuardedFile alias = stat.isPresent() ? byId.get(stat.get().id()) : null;
    if (alias != null && isSame(alias, stat) && !gone.equals(Optional.of(alias))) {
      suspects.remove(alias);
      return new Found(alias, false);
    }
    GuardedFile fresh = new GuardedFile(path, stat);
    byName.put(name, fresh);
    if (stat.isPresent()) {
      byId.put(stat.get().id(), fresh);
    }
    if (byName.size() >= nextSweep && !sweeping) {
      startSweep();
    }
    return new Found(fresh, true);
  }

  /** Whether it is about the file, and not about an earlier one that had the same inode. */
  private boolean isSame(GuardedFile known, Optional<FileStat> stat) {
    if (known.id().isEmpty() || stat.isEmpty() || !known.id().get().equals(stat.get().id())) {
      return false;
    }
    return known.isCreatedAt(stat.get().created())
        || !knowingCreation.contains(stat.get().id().device());
  }

  private void noteCreation(Optional<FileStat> stat) {
    if (stat.isPresent() && !stat.get().created().equals(stat.get().modified())) {
      knowingCreation.add(stat.get().id().device());
    }
  }

  /**
   * Its name may lead to a file that we are just installing. Whoever waits at its gate has to ask
   * again afterwards.
   */
  private static boolean isBeingExamined(GuardedFile file) {
    return file.gate().isLocked() && !file.gate().isHeldByCurrentThread();
  }

  /** Takes note of the inode that the file has now. */
  void identify(GuardedFile file) throws IOException {
    identify(file, FileStat.ofEntry(file.path()));
  }

  private synchronized void identify(GuardedFile file, Optional<FileStat> now) {
    suspects.remove(file);
    if (file.id().isPresent() && byId.get(file.id().get()) == file) {
      byId.remove(file.id().get());
    }
    file.identify(now);
    if (now.isPresent()) {
      byId.put(now.get().id(), file);
    }
  }

  /** The next open of this file is a first one again. */
  synchronized void forget(GuardedFile file) {
    byName.values().remove(file);
    byId.values().remove(file);
  }

  synchronized List<GuardedFile> all() {
    return new ArrayList<>(new LinkedHashSet<>(byName.values()));
  }

  /** Whether the entry's path still leads to the file that was opened. */
  static boolean isStillThere(GuardedFile file) throws IOException {
    return leadsTo(file.path(), file);
  }

  static boolean leadsTo(Path name, GuardedFile file) throws IOException {
    Optional<FileId> now = idOf(name);
    return now.isPresent() && now.equals(file.id());
  }

  private static Optional<FileId> idOf(Path path) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(path);
    return stat.isPresent() ? Optional.of(stat.get().id()) : Optional.empty();
  }

  /**
   * An application that opens ever new files must not make this grow for ever. Nobody waits for the
   * looks at all the others' disks: as long as one of them doesn't answer, it does grow.
   */
  private void startSweep() {
    List<GuardedFile> all = new ArrayList<>(new LinkedHashSet<>(byName.values()));
    all.removeIf(file -> file.id().isEmpty() || file.gate().isLocked());
    suspects.addAll(all);
    sweeping = true;
    try {
      new GuardThread("sqlguard-sweep", () -> sweep(all)).start();
    } catch (OutOfMemoryError | RuntimeException e) {
      endSweep();
    }
  }

  private void sweep(List<GuardedFile> all) {
    try {
      for (GuardedFile file : all) {
        if (mayBeThere(file)) {
          acquit(file);
        }
      }
      forgetSuspects();
    } finally {
      endSweep();
    }
  }

  private static boolean mayBeThere(GuardedFile file) {
    try {
      return isStillThere(file);
    } catch (IOException e) {
      return true;
    }
  }

  private synchronized void acquit(GuardedFile file) {
    suspects.remove(file);
  }

  private synchronized void forgetSuspects() {
    suspects.removeIf(file -> file.gate().isLocked());
    byName.values().removeAll(suspects);
    byId.values().removeAll(suspects);
  }

  private synchronized void endSweep() {
    suspects.clear();
    sweeping = false;
    nextSweep = Math.max(FIRST_SWEEP, 2 * byName.size());
  }

  private String name(Path path) throws IOException {
    Optional<FileStat> directory = FileStat.of(path.getParent());
    if (directory.isEmpty()) {
      throw new NoSuchFileException(path.getParent().toString());
    }
    noteCreation(directory);
    FileId id = directory.get().id();
    return id.device() + ":" + id.inode() + "/" + path.getFileName();
  }
}
