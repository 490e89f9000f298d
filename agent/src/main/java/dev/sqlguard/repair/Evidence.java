package dev.sqlguard.repair;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Damaged originals: {@code .corrupt} is the newest, {@code .corrupt.1} … are older ones, each with
 * its side files. Only files that the state file knows are ever moved or deleted.
 */
public final class Evidence {
  private static final String KIND = "evidence";
  private static final int MOST = 99;

  private final Path main;
  private final StateFile state;
  private final Disk disk;
  private final int kept;

  /**
   * @param kept how many to keep, at least 1
   */
  public Evidence(Path main, StateFile state, Disk disk, int kept) {
    this.main = main;
    this.state = state;
    this.disk = disk;
    this.kept = kept;
  }

  /**
   * The name for the next one. Older ones of ours move up to make room; where {@code .corrupt} is
   * somebody else's file, the first free number is taken and nothing moves.
   */
  Path makeRoom() throws IOException {
    finishInterruptedMove();
    if (isFree(name(0))) {
      return name(0);
    }
    int free = 1;
    while (free < MOST && !isFree(name(free))) {
      free++;
    }
    for (int i = 0; i < free; i++) {
      if (!isOurs(name(i))) {
        return name(free);
      }
    }
    for (int i = free; i > 0; i--) {
      move(name(i - 1), name(i));
    }
    disk.syncDirectory(main.getParent());
    return name(0);
  }

  /**
   * The main file under a second name, its side files as copies; all of it on disk. The main file
   * is read and synced through {@code live} alone: another descriptor would take its lock along.
   */
  void keep(Path evidence, LiveFile live) throws IOException {
    if (FileStat.ofEntry(evidence).isEmpty() && !disk.tryLink(main, evidence)) {
      disk.copy(live.bytes(), evidence, done -> {});
      disk.adopt(evidence, FileStat.ofEntry(main).orElseThrow());
      disk.sync(evidence);
    }
    live.sync();
    keepSides(evidence);
    disk.syncDirectory(main.getParent());
  }

  /**
   * Copies of everything, for a database that the application goes on to use: a second name would
   * change along with it. A missing main file becomes an empty one.
   */
  public Path keepCopy() throws IOException {
    Path evidence = makeRoom();
    Optional<FileStat> original = FileStat.ofEntry(main);
    if (original.isPresent()) {
      disk.copyDurably(main, evidence);
      disk.adopt(evidence, original.get());
    } else {
      disk.create(evidence);
    }
    keepSides(evidence);
    disk.syncDirectory(main.getParent());
    record(evidence);
    state.save(disk);
    return evidence;
  }

  private void keepSides(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    for (int i = 0; i < live.all().size(); i++) {
      Path copy = beside.all().get(i);
      disk.delete(copy);
      Optional<FileStat> original = FileStat.ofEntry(live.all().get(i));
      if (original.isPresent() && original.get().regular()) {
        disk.copyDurably(live.all().get(i), copy);
        disk.adopt(copy, original.get());
      }
    }
  }

  /** Puts WAL and journal back beside the main file, where an installation didn't come to be. */
  void restoreSides(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    for (int i = 0; i < live.all().size(); i++) {
      Path side = live.all().get(i);
      boolean missing = FileStat.ofEntry(side).isEmpty();
      Optional<FileStat> copy = FileStat.ofEntry(beside.all().get(i));
      if (missing && copy.isPresent() && !side.equals(live.shm())) {
        disk.copyDurably(beside.all().get(i), side);
        disk.adopt(side, copy.get());
      }
    }
    disk.syncDirectory(main.getParent());
  }

  /** Takes back what {@link #keep} did, while the main file is still in place. */
  void withdraw(Path evidence) throws IOException {
    for (Path side : SideFiles.of(evidence).all()) {
      disk.delete(side);
    }
    disk.delete(evidence);
  }

  /**
   * After a crash before anything was changed: a second name of the live file, and copies of what
   * still lies beside it, prove nothing. Where the main file is another one by now, the name is the
   * damaged file's last, and stays.
   */
  void withdrawSecondName(Path evidence) throws IOException {
    if (isSecondName(evidence)) {
      withdraw(evidence);
    } else {
      recordIfPresent(evidence);
    }
  }

  /**
   * After a crash that left the main file without its side files, and somebody has used it since:
   * the evidence becomes a file of its own, beside the only copies of those side files.
   */
  void detach(Path evidence) throws IOException {
    if (isSecondName(evidence)) {
      if (FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(main))) > 0) {
        throw new IOException("an interrupted repair can't be cleared away while it is in use");
      }
      disk.delete(evidence);
      disk.copyDurably(main, evidence);
      disk.adopt(evidence, FileStat.ofEntry(main).orElseThrow());
      disk.syncDirectory(main.getParent());
    }
    recordIfPresent(evidence);
  }

  /** Whether nothing lies beside the main file but what the evidence holds too. */
  boolean matchesSidesOf(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    return (FileStat.ofEntry(live.wal()).isEmpty() || sameFile(live.wal(), beside.wal()))
        && (FileStat.ofEntry(live.journal()).isEmpty()
            || sameFile(live.journal(), beside.journal()));
  }

  private boolean isSecondName(Path evidence) throws IOException {
    Optional<FileStat> live = FileStat.ofEntry(main);
    Optional<FileStat> second = FileStat.ofEntry(evidence);
    return live.isPresent() && second.isPresent() && live.get().id().equals(second.get().id());
  }

  void recordIfPresent(Path evidence) throws IOException {
    if (FileStat.ofEntry(evidence).isPresent()) {
      record(evidence);
    }
  }

  /** Puts it on the list of what is ours; the caller saves the state. */
  void record(Path evidence) throws IOException {
    FileStat stat = FileStat.ofEntry(evidence).orElseThrow();
    List<StateLine> lines = new ArrayList<>(state.lines(KIND));
    lines.add(StateLine.of(KIND, "inode", stat.id().inode(), "size", stat.size()));
    state.put(KIND, lines);
  }

  /**
   * Deletes older ones of ours that hold the same bytes as {@code newest}, then the oldest beyond
   * the number that is kept.
   *
   * @return what was deleted for good, to be announced
   */
  List<Path> trim(Path newest) throws IOException {
    List<Path> ours = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      if (isOurs(name(i))) {
        if (!name(i).equals(newest) && sameFiles(newest, name(i))) {
          withdraw(name(i));
        } else {
          ours.add(name(i));
        }
      }
    }
    List<Path> deleted = new ArrayList<>();
    while (ours.size() > kept) {
      Path oldest = ours.remove(ours.size() - 1);
      withdraw(oldest);
      deleted.add(oldest);
    }
    return deleted;
  }

  /** Makes what is kept at most as accessible as {@code model}. */
  public void narrow(FileStat model) throws IOException {
    for (int i = 0; i < MOST && !isFree(name(i)); i++) {
      if (isOurs(name(i))) {
        disk.narrow(name(i), model);
        for (Path side : SideFiles.of(name(i)).all()) {
          disk.narrow(side, model);
        }
      }
    }
  }

  /** Where evidence about {@code main} may stand, the newest first. */
  public static List<Path> names(Path main) {
    List<Path> names = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      names.add(name(main, i));
    }
    return names;
  }

  private Path name(int number) {
    return name(main, number);
  }

  private static Path name(Path main, int number) {
    return SideFiles.named(main, ".corrupt" + (number == 0 ? "" : "." + number));
  }

  private boolean isFree(Path name) throws IOException {
    if (FileStat.ofEntry(name).isPresent()) {
      return false;
    }
    for (Path side : SideFiles.of(name).all()) {
      if (FileStat.ofEntry(side).isPresent()) {
        return false;
      }
    }
    return true;
  }

  /** Whether the guard put this file there. */
  public boolean isOurs(Path name) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(name);
    if (stat.isEmpty()) {
      return false;
    }
    for (StateLine line : state.lines(KIND)) {
      if (line.number("inode") == stat.get().id().inode()
          && line.number("size") == stat.get().size()) {
        return true;
      }
    }
    return false;
  }

  /** While both names lead to one file, its side files are on their way. */
  private void move(Path from, Path to) throws IOException {
    if (!disk.tryLink(from, to)) {
      disk.rename(from, to);
    }
    moveSides(from, to);
    disk.delete(from);
  }

  private void moveSides(Path from, Path to) throws IOException {
    List<Path> sides = SideFiles.of(from).all();
    for (int i = 0; i < sides.size(); i++) {
      if (FileStat.ofEntry(sides.get(i)).isPresent()) {
        disk.rename(sides.get(i), SideFiles.of(to).all().get(i));
      }
    }
  }

  private void finishInterruptedMove() throws IOException {
    for (int i = 0; i < MOST && !isFree(name(i)); i++) {
      Optional<FileStat> from = FileStat.ofEntry(name(i));
      Optional<FileStat> to = FileStat.ofEntry(name(i + 1));
      if (from.isPresent() && to.isPresent() && from.get().id().equals(to.get().id())) {
        moveSides(name(i), name(i + 1));
        disk.delete(name(i));
      }
    }
  }

  private static boolean sameFiles(Path a, Path b) throws IOException {
    SideFiles left = SideFiles.of(a);
    SideFiles right = SideFiles.of(b);
    return sameFile(a, b)
        && sameFile(left.wal(), right.wal())
        && sameFile(left.journal(), right.journal());
  }

  private static boolean sameFile(Path a, Path b) throws IOException {
    boolean exists = FileStat.ofEntry(a).isPresent();
    if (exists != FileStat.ofEntry(b).isPresent()) {
      return false;
    }
    if (!exists) {
      return true;
    }
    try (FileBytes left = new FileBytes(a);
        FileBytes right = new FileBytes(b)) {
      return left.hasSameBytesAs(right);
    }
  }
}
