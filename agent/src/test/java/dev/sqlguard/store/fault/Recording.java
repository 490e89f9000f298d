package dev.sqlguard.store.fault;

import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.DurableDisk.Attributes;
import dev.sqlguard.store.fault.DurableDisk.Remnant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Everything that happens to the files of a few directories, in order and with what was written, so
 * that it can be done again to a {@link DurableDisk}.
 *
 * <p>What the guard does comes as system calls. Whatever else has changed when the next call comes
 * was SQLite's work on a private copy: it counts as written and never fsynced, sector by sector.
 */
public final class Recording extends WatchedSyscalls {
  private static final int SECTOR = 512;

  /** One thing that happened. */
  public record Step(Kind kind, String text, List<Consumer<DurableDisk>> effects) {
    /** Does it to a model. */
    public void apply(DurableDisk disk) {
      effects.forEach(effect -> effect.accept(disk));
    }
  }

  /** Somebody who looks at the disk between two things that happen. */
  @FunctionalInterface
  public interface Watcher {
    /**
     * @param steps how many have happened
     * @param disk as it is then
     */
    void look(int steps, DurableDisk disk) throws Exception;
  }

  private record Seen(FileStat stat, byte[] content) {}

  private final List<Path> directories;
  private final Predicate<Path> copies;
  private final SortedMap<Path, Seen> before;
  private final DurableDisk now;
  private final List<Step> steps = new ArrayList<>();
  private Predicate<Call> end = call -> false;
  private boolean dead;

  /**
   * Begins with the files as they are, which have been on disk for long.
   *
   * @param copies which files SQLite may work on
   */
  public Recording(List<Path> directories, Predicate<Path> copies) throws IOException {
    this.directories = List.copyOf(directories);
    this.copies = copies;
    this.before = look();
    this.now = start();
  }

  /** A model of the disk at the beginning. */
  public DurableDisk start() {
    DurableDisk disk = new DurableDisk();
    Map<FileId, Path> first = new HashMap<>();
    before.forEach(
        (path, file) -> {
          Path other = first.putIfAbsent(file.stat().id(), path);
          disk.addDurable(path, other, inode(file), file.content(), attributes(file.stat()));
        });
    return disk;
  }

  /** Ends, and tells what happened. */
  public List<Step> steps() {
    catchUp();
    return List.copyOf(steps);
  }

  /** Shows the disk as it was at every moment, from the beginning to the end. */
  public void replay(Watcher watcher) throws Exception {
    List<Step> all = steps();
    DurableDisk disk = start();
    watcher.look(0, disk);
    for (int i = 0; i < all.size(); i++) {
      all.get(i).apply(disk);
      watcher.look(i + 1, disk);
    }
  }

  /**
   * The process dies, and what it has written goes on to the disk. The calls of the next process
   * belong to this recording too.
   *
   * @param end the first call that doesn't happen
   */
  public Recording dyingBefore(Predicate<Call> end) {
    this.end = end;
    return this;
  }

  /** The next process. */
  public void revive() {
    end = call -> false;
    dead = false;
  }

  /** Makes no difference to what other processes see. */
  @Override
  protected boolean syncs() {
    return false;
  }

  @Override
  protected void before(Call call) {
    catchUp();
    dead = dead || end.test(call);
    if (dead) {
      throw new StoppingSyscalls.Stopped();
    }
  }

  @Override
  protected void after(Call call) {
    Path path = call.kind() == Kind.LINK ? call.target() : call.path();
    boolean ofDirectory = call.kind() == Kind.SYNC_DIRECTORY;
    if (!directories.contains(ofDirectory ? path : path.toAbsolutePath().getParent())) {
      return;
    }
    List<Consumer<DurableDisk>> effects = effects(call);
    if (!effects.isEmpty()) {
      add(new Step(call.kind(), call.toString(), effects));
    }
  }

  private List<Consumer<DurableDisk>> effects(Call call) {
    Path path = call.path();
    return switch (call.kind()) {
      case CREATE -> {
        FileStat stat = stat(path);
        yield List.of(disk -> disk.create(path, stat.id().inode(), attributes(stat)));
      }
      case WRITE -> {
        byte[] bytes =
            Arrays.copyOfRange(call.bytes(), call.offset(), call.offset() + call.length());
        Attributes after = attributes(stat(path));
        yield List.of(disk -> disk.write(path, call.position(), bytes, after));
      }
      case TRUNCATE -> {
        Attributes after = attributes(stat(path));
        yield List.of(disk -> disk.resize(path, call.position(), after));
      }
      case SYNC -> List.of(disk -> disk.sync(path));
      case SYNC_DIRECTORY -> List.of(disk -> disk.syncDirectory(path));
      case RENAME -> List.of(disk -> disk.rename(path, call.target()));
      case LINK -> List.of(disk -> disk.link(path, call.target()));
      case UNLINK -> List.of(disk -> disk.unlink(path));
      case SET_ATTRIBUTE -> {
        Attributes after = attributes(stat(path));
        yield List.of(disk -> disk.touch(path, after));
      }
      case COPY_ATTRIBUTES -> {
        // cp makes the file anew.
        FileStat stat = stat(path);
        yield List.of(
            disk -> {
              disk.unlink(path);
              disk.create(path, stat.id().inode(), attributes(stat));
            });
      }
      case MAKE_DIRECTORY, OPEN, START_WRITING, LOCK, CLOSE_ASIDE, SQLITE -> List.of();
    };
  }

  private void add(Step step) {
    step.apply(now);
    steps.add(step);
  }

  /** What has changed since the last call was SQLite's work. */
  private void catchUp() {
    try {
      SortedMap<Path, Seen> found = look();
      SortedMap<Path, List<Consumer<DurableDisk>>> changes = new TreeMap<>();
      for (Path path : now.names()) {
        if (!found.containsKey(path)) {
          changes.put(path, List.of(disk -> disk.unlink(path)));
        }
      }
      found.forEach((path, file) -> changes.put(path, differences(path, file)));
      changes.values().removeIf(List::isEmpty);
      for (Path path : changes.keySet()) {
        if (!copies.test(path)) {
          throw new IllegalStateException(path + " was changed by no call that is known of");
        }
      }
      if (!changes.isEmpty()) {
        List<Consumer<DurableDisk>> effects = new ArrayList<>();
        changes.values().forEach(effects::addAll);
        add(new Step(Kind.SQLITE, "SQLite's work", effects));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Consumer<DurableDisk>> differences(Path path, Seen file) {
    List<Consumer<DurableDisk>> effects = new ArrayList<>();
    Attributes after = attributes(file.stat());
    Optional<Remnant> known = now.file(path);
    byte[] old = known.isPresent() ? known.get().content() : new byte[0];
    if (known.isEmpty() || known.get().inode() != inode(file)) {
      old = new byte[0];
      effects.add(disk -> disk.unlink(path));
      effects.add(disk -> disk.create(path, inode(file), after));
    }
    if (Arrays.equals(old, file.content())) {
      return effects;
    }
    for (int at = 0; at < file.content().length; at += SECTOR) {
      int end = Math.min(at + SECTOR, file.content().length);
      int oldEnd = Math.min(end, old.length);
      if (at >= oldEnd || !Arrays.equals(old, at, oldEnd, file.content(), at, end)) {
        long position = at;
        byte[] bytes = Arrays.copyOfRange(file.content(), at, end);
        effects.add(disk -> disk.write(path, position, bytes, after));
      }
    }
    if (file.content().length < old.length) {
      effects.add(disk -> disk.resize(path, file.content().length, after));
    }
    return effects;
  }

  private SortedMap<Path, Seen> look() throws IOException {
    SortedMap<Path, Seen> found = new TreeMap<>();
    for (Path directory : directories) {
      try (var entries = Files.newDirectoryStream(directory)) {
        for (Path path : entries) {
          if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            found.put(path, new Seen(stat(path), Files.readAllBytes(path)));
          }
        }
      }
    }
    return found;
  }

  private static long inode(Seen file) {
    return file.stat().id().inode();
  }

  private static Attributes attributes(FileStat stat) {
    return new Attributes(stat.mode(), stat.owner(), stat.group(), stat.modified());
  }

  private static FileStat stat(Path path) {
    try {
      return FileStat.ofEntry(path).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
