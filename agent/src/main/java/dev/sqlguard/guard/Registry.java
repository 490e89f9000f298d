package dev.sqlguard.guard;

import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
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

  /**
   * The entry of a file, made if it is unknown. Where its disk doesn't answer, nobody is kept from
   * other files: the first looks are taken before there is anything to wait for.
   */
  GuardedFile find(Path path) throws IOException {
    FileStat.of(path.getParent());
    FileStat.ofEntry(path);
    return findOrMake(path);
  }

  private synchronized GuardedFile findOrMake(Path path) throws IOException {
    String name = name(path);
    Optional<FileStat> stat = FileStat.ofEntry(path);
    noteCreation(stat);
    GuardedFile known = byName.get(name);
    if (known != null && (known.id().isEmpty() || isSame(known, stat) || isBeingExamined(known))) {
      return known;
    }
    GuardedFile alias = stat.isPresent() ? byId.get(stat.get().id()) : null;
    if (alias != null && isSame(alias, stat) && isStillThere(alias)) {
      return alias;
    }
    GuardedFile fresh = new GuardedFile(path, stat);
    byName.put(name, fresh);
    if (stat.isPresent()) {
      byId.put(stat.get().id(), fresh);
    }
    sweep();
    return fresh;
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

  /** An application that opens ever new files must not make this grow for ever. */
  private void sweep() {
    if (byName.size() < nextSweep) {
      return;
    }
    Set<GuardedFile> gone = new HashSet<>();
    for (GuardedFile file : byName.values()) {
      try {
        if (file.id().isPresent() && !file.gate().isLocked() && !isStillThere(file)) {
          gone.add(file);
        }
      } catch (IOException e) {
        // Can't be looked at now: it stays.
      }
    }
    byName.values().removeAll(gone);
    byId.values().removeAll(gone);
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
