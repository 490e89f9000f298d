package dev.sqlguard.repair;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.LiveFile;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.Space;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Damaged originals: {@code .corrupt} is the newest, {@code .corrupt.1} … are older ones, each with
 * its side files, the report of what was done, and rows in quarantine. A WAL whose main file is
 * gone or empty stands among them, beside an empty file. Only files that the state file knows are
 * ever moved or deleted.
 */
public final class Evidence {
  /**
   * What was copied.
   *
   * @param deleted older evidence that had to go
   */
  public record Kept(Path file, List<Path> deleted) {}

  private static final String KIND = "evidence";

  /** Marks what holds rows that nothing else may hold. */
  private static final String ONLY_CARRIER = "only-carrier";

  private static final int MOST = 99;

  private final Path main;
  private final StateFile state;
  private final Disk disk;
  private final Parked parked;
  private final int kept;

  /**
   * @param kept how many to keep, at least 1
   */
  public Evidence(Path main, StateFile state, Disk disk, Parked parked, int kept) {
    this.main = main;
    this.state = state;
    this.disk = disk;
    this.parked = parked;
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
    if (free == MOST) {
      throw new IOException("no name is left for evidence of " + main);
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

  /** Puts report and quarantine beside evidence that is complete; all of it on disk. */
  void accompany(Path evidence, Account account) throws IOException {
    FileStat model = FileStat.ofEntry(evidence).orElseThrow();
    Optional<Path> quarantine = Optional.empty();
    if (account.quarantine().isPresent()) {
      Path copy = quarantineOf(evidence);
      disk.copyDurably(account.quarantine().get(), copy);
      disk.adopt(copy, model);
      quarantine = Optional.of(copy);
    }
    Path report = reportOf(evidence);
    disk.create(report);
    try (RandomAccessFile out = new RandomAccessFile(report.toFile(), "rw")) {
      String text = account.report().json(evidence, quarantine);
      disk.write(out, 0, text.getBytes(StandardCharsets.UTF_8));
    }
    disk.adopt(report, model);
    disk.syncDirectory(main.getParent());
  }

  /** Puts the report beside a copy of a log that had lost its database. */
  public void addReport(Path evidence, IncidentReport report) throws IOException {
    disk.delete(reportOf(evidence));
    accompany(evidence, new Account(report, Optional.empty()));
  }

  /** Where the report of this evidence stands, if there is one. */
  public static Path reportOf(Path evidence) {
    return SideFiles.named(evidence, BackupNames.REPORT);
  }

  /** Where the rows stand that can't be trusted, if there are any. */
  public static Path quarantineOf(Path evidence) {
    return SideFiles.named(evidence, BackupNames.QUARANTINE);
  }

  /** Everything that may stand beside evidence and goes where it goes. */
  private static List<Path> beside(Path evidence) {
    List<Path> files = new ArrayList<>(SideFiles.of(evidence).all());
    files.add(reportOf(evidence));
    files.add(quarantineOf(evidence));
    return files;
  }

  /**
   * Copies of the side files, for a database whose main file is missing or empty, as is its copy.
   * SQLite will delete the WAL, so the copy counts as the only carrier of its rows.
   *
   * <p>The copies get the name of evidence only when they are complete and known: a file that an
   * interrupted run left there would be taken for somebody else's.
   */
  public Kept keepCopy() throws IOException {
    Optional<FileStat> original = FileStat.ofEntry(main);
    withdraw(staged());
    Space.require(main.getParent(), size(main) + size(SideFiles.of(main).wal()));
    disk.create(staged());
    if (original.isPresent()) {
      disk.adopt(staged(), original.get());
    }
    keepSides(staged());
    disk.syncDirectory(main.getParent());
    record(staged(), true);
    state.save(disk);
    return place();
  }

  /**
   * Finishes a copy that an interrupted run has completed, or clears it away.
   *
   * @return the copy, where it was completed
   */
  public Optional<Kept> settle() throws IOException {
    if (isOurs(staged())) {
      return Optional.of(place());
    }
    withdraw(staged());
    return Optional.empty();
  }

  private Path staged() {
    return SideFiles.named(main, ".sqlguard-evidence");
  }

  /** Gives the staged copy its name; repeatable from every step. */
  private Kept place() throws IOException {
    Optional<Path> begun = otherNameOf(staged());
    Path evidence = begun.isPresent() ? begun.get() : makeRoom();
    if (begun.isPresent()) {
      moveCompanions(staged(), evidence);
      disk.delete(staged());
    } else {
      move(staged(), evidence);
    }
    disk.syncDirectory(main.getParent());
    return new Kept(evidence, trim(evidence));
  }

  private Optional<Path> otherNameOf(Path file) throws IOException {
    FileStat stat = FileStat.ofEntry(file).orElseThrow();
    for (int i = 0; stat.links() > 1 && i < MOST; i++) {
      Optional<FileStat> other = FileStat.ofEntry(name(i));
      if (other.isPresent() && other.get().id().equals(stat.id())) {
        return Optional.of(name(i));
      }
    }
    return Optional.empty();
  }

  private static long size(Path file) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(file);
    return stat.isPresent() ? stat.get().size() : 0;
  }

  private void keepSides(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    for (int i = 0; i < live.all().size(); i++) {
      Path copy = beside.all().get(i);
      disk.delete(copy);
      Optional<FileStat> original = FileStat.ofEntry(live.all().get(i));
      if (original.isPresent() && original.get().regular()) {
        copyLive(live.all().get(i), copy);
        disk.adopt(copy, original.get());
      }
    }
  }

  /** Closing a descriptor of the main file, or of the shared memory, would release its locks. */
  private void copyLive(Path from, Path to) throws IOException {
    try (LiveFile live = LiveFile.withoutLock(from, parked)) {
      disk.copy(live.bytes(), to, done -> {});
    }
    disk.sync(to);
  }

  /**
   * Puts WAL and journal back beside the main file, where an installation didn't come to be.
   *
   * @return false where others lie there already
   */
  boolean restoreSides(Path evidence) throws IOException {
    SideFiles live = SideFiles.of(main);
    SideFiles beside = SideFiles.of(evidence);
    boolean restored = true;
    for (int i = 0; i < live.all().size(); i++) {
      Path side = live.all().get(i);
      boolean missing = FileStat.ofEntry(side).isEmpty();
      Optional<FileStat> copy = FileStat.ofEntry(beside.all().get(i));
      if (missing && copy.isPresent() && !side.equals(live.shm())) {
        disk.copyDurably(beside.all().get(i), side);
        disk.adopt(side, copy.get());
      } else if (copy.isPresent() && !side.equals(live.shm())) {
        restored &= sameFile(beside.all().get(i), side);
      }
    }
    disk.syncDirectory(main.getParent());
    return restored;
  }

  /** For side files that can't go back: a copy of the main file stands beside them from now on. */
  void keepApart(Path evidence, LiveFile live) throws IOException {
    disk.copy(live.bytes(), evidence, done -> {});
    disk.adopt(evidence, FileStat.ofEntry(main).orElseThrow());
    disk.sync(evidence);
    disk.syncDirectory(main.getParent());
    record(evidence, true);
  }

  /** Takes back what {@link #keep} did, while the main file is still in place. */
  void withdraw(Path evidence) throws IOException {
    for (Path companion : beside(evidence)) {
      disk.delete(companion);
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
   * the evidence becomes a file of its own, beside the only copies of those side files. Its report
   * tells of a replacement that never was.
   */
  void detach(Path evidence) throws IOException {
    disk.delete(reportOf(evidence));
    disk.delete(quarantineOf(evidence));
    if (isSecondName(evidence)) {
      if (FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(main))) > 0) {
        throw new IOException("an interrupted repair can't be cleared away while it is in use");
      }
      disk.delete(evidence);
      copyLive(main, evidence);
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
    record(evidence, false);
  }

  private void record(Path evidence, boolean onlyCarrier) throws IOException {
    FileStat stat = FileStat.ofEntry(evidence).orElseThrow();
    List<StateLine> lines = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      Optional<StateLine> line = lineOf(name(i));
      if (line.isPresent() && !isLineOf(line.get(), stat)) {
        lines.add(line.get());
      }
    }
    lines.add(
        StateLine.of(
            KIND,
            "inode",
            stat.id().inode(),
            "size",
            stat.size(),
            ONLY_CARRIER,
            Boolean.toString(onlyCarrier)));
    state.put(KIND, lines);
  }

  /**
   * Deletes older ones of ours that hold the same bytes as {@code newest}, then the oldest damaged
   * originals beyond the number that is kept. A WAL without its main file doesn't count among them:
   * what may be the only carrier of its rows isn't ours to delete.
   *
   * @return what was deleted for good, to be announced
   */
  List<Path> trim(Path newest) throws IOException {
    boolean newestIsOnlyCarrier = isOnlyCarrier(newest);
    List<Path> originals = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      Path name = name(i);
      if (isOurs(name)) {
        boolean onlyCarrier = isOnlyCarrier(name);
        boolean replaceable = newestIsOnlyCarrier || !onlyCarrier;
        if (replaceable && !name.equals(newest) && sameFiles(newest, name)) {
          withdraw(name);
        } else if (!onlyCarrier) {
          originals.add(name);
        }
      }
    }
    List<Path> deleted = new ArrayList<>();
    while (originals.size() > kept) {
      Path oldest = originals.remove(originals.size() - 1);
      withdraw(oldest);
      deleted.add(oldest);
    }
    return deleted;
  }

  /** Rows in quarantine are nowhere else. */
  private boolean isOnlyCarrier(Path name) throws IOException {
    if (FileStat.ofEntry(quarantineOf(name)).isPresent()) {
      return true;
    }
    Optional<StateLine> line = lineOf(name);
    return line.isPresent() && Boolean.parseBoolean(line.get().text(ONLY_CARRIER));
  }

  /** Makes what is kept at most as accessible as {@code model}. */
  public void narrow(FileStat model) throws IOException {
    for (int i = 0; i < MOST && !isFree(name(i)); i++) {
      if (isOurs(name(i))) {
        disk.narrow(name(i), model);
        for (Path companion : beside(name(i))) {
          disk.narrow(companion, model);
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

  /** Whether a file beside the database could have been given this name. */
  boolean isName(String file) {
    for (int i = 0; i <= MOST; i++) {
      if (name(i).getFileName().toString().equals(file)) {
        return true;
      }
    }
    return false;
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
    for (Path companion : beside(name)) {
      if (FileStat.ofEntry(companion).isPresent()) {
        return false;
      }
    }
    return true;
  }

  /** Whether the guard put this file there. */
  public boolean isOurs(Path name) throws IOException {
    return lineOf(name).isPresent();
  }

  /** Whether this is the report or the quarantine of evidence that the guard put there. */
  public boolean isCompanion(Path file) throws IOException {
    String name = file.getFileName().toString();
    for (String suffix : List.of(BackupNames.REPORT, BackupNames.QUARANTINE)) {
      if (name.endsWith(suffix)) {
        String evidence = name.substring(0, name.length() - suffix.length());
        return isName(evidence) && isOurs(main.resolveSibling(evidence));
      }
    }
    return false;
  }

  private Optional<StateLine> lineOf(Path name) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(name);
    if (stat.isPresent()) {
      for (StateLine line : state.lines(KIND)) {
        if (isLineOf(line, stat.get())) {
          return Optional.of(line);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isLineOf(StateLine line, FileStat stat) {
    return line.number("inode") == stat.id().inode() && line.number("size") == stat.size();
  }

  /** While both names lead to one file, what stands beside it is on its way. */
  private void move(Path from, Path to) throws IOException {
    if (!disk.tryLink(from, to)) {
      disk.rename(from, to);
    }
    moveCompanions(from, to);
    disk.delete(from);
  }

  private void moveCompanions(Path from, Path to) throws IOException {
    List<Path> companions = beside(from);
    List<Path> targets = beside(to);
    for (int i = 0; i < companions.size(); i++) {
      if (FileStat.ofEntry(companions.get(i)).isPresent()) {
        disk.rename(companions.get(i), targets.get(i));
      }
    }
  }

  private void finishInterruptedMove() throws IOException {
    for (int i = 0; i < MOST && !isFree(name(i)); i++) {
      Optional<FileStat> from = FileStat.ofEntry(name(i));
      Optional<FileStat> to = FileStat.ofEntry(name(i + 1));
      if (from.isPresent() && to.isPresent() && from.get().id().equals(to.get().id())) {
        moveCompanions(name(i), name(i + 1));
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
