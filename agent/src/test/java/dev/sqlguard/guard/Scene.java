package dev.sqlguard.guard;

import dev.sqlguard.backup.BackupNames;
import dev.sqlguard.backup.Catalog;
import dev.sqlguard.driver.SecondSqlite;
import dev.sqlguard.it.Shell;
import dev.sqlguard.repair.Evidence;
import dev.sqlguard.repair.Installation;
import dev.sqlguard.store.Boot;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateFiles;
import dev.sqlguard.store.StateLine;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.StoppingSyscalls;
import dev.sqlguard.store.fault.WatchedSyscalls;
import dev.sqlguard.verify.SqliteEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A database in a directory of its own, as a {@link Scenario} has it, and the guard's starts. */
final class Scene {
  /**
   * What a start came to.
   *
   * @param lines what was said, each line beginning with {@code warn} or {@code info}
   */
  record Start(Outcome outcome, List<String> lines) {
    /** What somebody should look at. */
    List<String> warnings() {
      return lines.stream().filter(line -> line.startsWith("warn ")).toList();
    }
  }

  private static final int HOUR = 1;
  private static final int BUSY_MILLIS = 10_000;
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Old enough to be another one, and with all that the guard asks of an SQLite. */
  private static final String OLDER = "3.50.0";

  private final Path directory;
  private Settings settings;
  private boolean readOnly;
  private boolean used;
  private boolean ends;
  private Optional<SecondSqlite> newest = Optional.empty();

  /**
   * @param directory an empty one; links are resolved, as in what the guard is asked about
   */
  Scene(Path directory) throws IOException {
    this.directory = directory.toRealPath();
    this.settings =
        settings(Settings.Check.FULL, Duration.ofHours(HOUR), Optional.empty(), 100, true, 3);
    Files.createDirectories(home());
  }

  private static Settings settings(
      Settings.Check check,
      Duration spacing,
      Optional<Path> backupDir,
      int maxLoss,
      boolean backfill,
      int evidence) {
    return new Settings(
        true,
        List.of(),
        List.of(),
        2,
        backupDir,
        spacing,
        check,
        Duration.ofDays(7),
        Settings.OnDamage.REPAIR,
        Settings.OnUnrecoverable.OPEN,
        maxLoss,
        backfill,
        evidence,
        Optional.empty(),
        Duration.ofSeconds(5),
        true);
  }

  Scene unchecked() {
    settings = settings(Settings.Check.OFF, Duration.ZERO, Optional.empty(), 100, true, 3);
    return this;
  }

  /** A start relies on a seal. */
  Scene auto() {
    return checking(Settings.Check.AUTO);
  }

  Scene checking(Settings.Check check) {
    settings = settings(check, Duration.ofHours(HOUR), Optional.empty(), 100, true, 3);
    return this;
  }

  /** As a clean exit would have left it. */
  Scene sealed() throws IOException {
    return sealed(System.currentTimeMillis());
  }

  /**
   * @param checkedAt when the last full check was
   */
  Scene sealed(long checkedAt) throws IOException {
    FileStat main = FileStat.ofEntry(db()).orElseThrow();
    Disk disk = new Disk();
    try (StateFile state = new StateFiles().open(stateFile(), main, disk, 0).orElseThrow()) {
      String hash =
          new Catalog(state, BackupNames.beside(db()), disk)
              .identify(beside(".bak"))
              .orElseThrow()
              .hash();
      Seal seal = Seal.of(main, Boot.id(), checkedAt, hash);
      state.put(Seal.KIND, List.of(seal.toLine()));
      state.save(disk);
    }
    return this;
  }

  /** What the state file says of a clean exit. */
  List<StateLine> seals() throws IOException {
    return Files.exists(stateFile()) ? state().lines(Seal.KIND) : List.of();
  }

  /** Backups move up at every start. */
  Scene withoutSpacing() {
    settings = settings(Settings.Check.FULL, Duration.ZERO, Optional.empty(), 100, true, 3);
    return this;
  }

  Scene backupsElsewhere() throws IOException {
    Files.createDirectories(elsewhere());
    settings = settings(Settings.Check.FULL, Duration.ZERO, Optional.of(elsewhere()), 100, true, 3);
    return this;
  }

  /** As where they lie on a disk that is unmounted: its mount point is empty. */
  Scene unmounted() throws IOException {
    Files.move(elsewhere(), away());
    Files.createDirectory(elsewhere());
    return this;
  }

  /** Takes back {@link #unmounted}; what was written into the mount point is gone. */
  Scene mounted() throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(elsewhere())) {
      for (Path file : all) {
        Files.delete(file);
      }
    }
    Files.delete(elsewhere());
    Files.move(away(), elsewhere());
    return this;
  }

  /** The owner takes the option away, or its directory is of no use at this start. */
  Scene backupsBeside() {
    return withoutSpacing();
  }

  /** The file in the directory for backups whose name ends so. */
  Path elsewhere(String suffix) {
    return Path.of(elsewhere().resolve(BackupNames.in(elsewhere(), db()).stem()) + suffix);
  }

  Scene withoutBackfill() {
    settings =
        settings(Settings.Check.FULL, Duration.ofHours(HOUR), Optional.empty(), 100, false, 3);
    return this;
  }

  Scene withoutLoss() {
    settings = settings(Settings.Check.FULL, Duration.ofHours(HOUR), Optional.empty(), 0, true, 3);
    return this;
  }

  Scene keepingOnePieceOfEvidence() {
    settings =
        settings(Settings.Check.FULL, Duration.ofHours(HOUR), Optional.empty(), 100, true, 1);
    return this;
  }

  /** The application is refused a database whose damage is proven and can't be repaired. */
  Scene refusing() {
    settings =
        new Settings(
            settings.enabled(),
            settings.only(),
            settings.excluded(),
            settings.backups(),
            settings.backupDir(),
            settings.backupSpacing(),
            settings.check(),
            settings.fullCheckEvery(),
            settings.onDamage(),
            Settings.OnUnrecoverable.REFUSE,
            settings.maxLoss(),
            settings.backfill(),
            settings.evidence(),
            settings.startTimeout(),
            settings.exitTimeout(),
            settings.advisories());
    return this;
  }

  /** From now on the application opens it so. */
  Scene readOnly() {
    readOnly = true;
    return this;
  }

  /** From now on another process is reading it at each start. */
  Scene used() {
    Shell.assumePresent();
    used = true;
    return this;
  }

  /** From now on the JVM of each start comes to a clean end. */
  Scene ending() {
    ends = true;
    return this;
  }

  /** From now on the newest SQLite is a second judge beside the application's, which is older. */
  Scene judgedTwice() {
    newest = Optional.of(new SecondSqlite());
    return this;
  }

  /** As a disk does it, which changes no time. */
  Scene rotTheBackup() throws Exception {
    Path backup = beside(".bak");
    FileTime modified = Files.getLastModifiedTime(backup);
    new SampleDatabase(backup).loseALeaf();
    Files.setLastModifiedTime(backup, modified);
    return this;
  }

  Settings settings() {
    return settings;
  }

  Path db() {
    return home().resolve("app.db");
  }

  Path beside(String suffix) {
    return Path.of(db() + suffix);
  }

  SampleDatabase database() {
    return new SampleDatabase(db());
  }

  /** See {@link Picture#contentOf}. */
  String content() throws Exception {
    return Picture.contentOf(db());
  }

  /** The files of the database that are there, by name, byte for byte. */
  Map<String, String> bytes() throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    for (String end : new String[] {"", "-wal", "-journal"}) {
      if (Files.exists(beside(end))) {
        bytes.put(end, Picture.hash(Files.readAllBytes(beside(end))));
      }
    }
    return bytes;
  }

  /** What this process has open here. */
  List<Path> descriptors() throws IOException {
    List<Path> open = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : all) {
        try {
          Path file = Files.readSymbolicLink(descriptor);
          if (file.startsWith(directory)) {
            open.add(file);
          }
        } catch (NoSuchFileException e) {
          // The listing's own, or another thread's.
        }
      }
    }
    return open;
  }

  /** Whether the state file knows this file as evidence. */
  boolean isKnownEvidence(Path file) throws IOException {
    return Files.exists(beside(".sqlguard"))
        && new Evidence(db(), state(), new Disk(), new Parked(), 1).isOurs(file);
  }

  /** Whether an installation is begun and not finished. */
  boolean isUnderWay() throws IOException {
    return Installation.isPending(state());
  }

  private StateFile state() throws IOException {
    return new StateFiles().peek(stateFile(), new Disk());
  }

  private Path stateFile() {
    return beside(".sqlguard");
  }

  private Path home() {
    return directory.resolve("home");
  }

  private Path elsewhere() {
    return directory.resolve("backups");
  }

  private Path away() {
    return directory.resolve("away");
  }

  /** Where the guard puts files that stay. */
  List<Path> directories() {
    return Files.exists(elsewhere()) ? List.of(home(), elsewhere()) : List.of(home());
  }

  /** What checks without a place beside the database have left in {@code java.io.tmpdir}. */
  List<Path> temporaryDirectories() throws IOException {
    String prefix = "sqlguard-" + BackupNames.hash(db()) + "-";
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(path -> path.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  /** A start that nothing happens to. */
  Start start() {
    return start(new StoppingSyscalls(Integer.MAX_VALUE));
  }

  /** As an application's first open in a new process. */
  Start start(WatchedSyscalls calls) {
    List<String> lines = new ArrayList<>();
    Log log = new Log(Log.Level.OFF, Optional.empty());
    log.listen((warning, line) -> lines.add((warning ? "warn " : "info ") + line));
    Supplier<Optional<SqliteEngine>> judge =
        () -> newest.map(sqlite -> new WatchedDriver(calls, sqlite.driver()));
    Guard guard = new Guard(settings, log, new Disk(calls), judge);
    WatchedDriver driver = driver(calls);
    try {
      Outcome outcome = used ? besideAnother(guard, driver) : opened(guard, driver);
      if (ends) {
        GuardedFile file = new GuardedFile(db(), FileStat.ofEntry(db()));
        file.examined(outcome, Optional.empty(), 0, readOnly, driver);
        guard.seal(List.of(file), System.nanoTime() + MOST_NANOS);
      }
      return new Start(outcome, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private WatchedDriver driver(WatchedSyscalls calls) {
    return newest.isEmpty()
        ? new WatchedDriver(calls)
        : new WatchedDriver(calls) {
          @Override
          public Optional<String> version() {
            return super.version().map(known -> OLDER);
          }
        };
  }

  private Outcome opened(Guard guard, WatchedDriver driver) throws IOException {
    Optional<FileStat> main = FileStat.ofEntry(db());
    // What was written a moment ago is never sealed.
    while (ends && main.isPresent() && !Seal.isSettled(main.get(), System.currentTimeMillis())) {
      Thread.onSpinWait();
    }
    return guard.beforeFirstOpen(new Target(db(), db(), readOnly, true, true), driver);
  }

  private Outcome besideAnother(Guard guard, WatchedDriver driver) throws IOException {
    try (Shell user = new Shell(db(), BUSY_MILLIS)) {
      user.say("BEGIN; SELECT count(*) FROM sqlite_schema");
      return opened(guard, driver);
    }
  }

  /**
   * A start that dies.
   *
   * @return false where it came to its end before
   */
  boolean startAndStop(StoppingSyscalls calls) {
    try {
      start(calls);
    } catch (StoppingSyscalls.Stopped e) {
      return true;
    }
    return calls.hasStopped();
  }

  /** Leaves behind what a start does that dies before the first such call. */
  Scene interruptedBefore(Predicate<Call> moment) {
    if (!startAndStop(new StoppingSyscalls(moment))) {
      throw new AssertionError("there is no such moment");
    }
    return this;
  }

  /** See {@link #interruptedBefore}; a call of this kind about a file with this end of its name. */
  Scene interruptedBefore(Call.Kind kind, String end) {
    return interruptedBefore(call -> call.is(kind, end));
  }
}
