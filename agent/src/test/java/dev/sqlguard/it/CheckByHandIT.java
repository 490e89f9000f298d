package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check}: what it says of databases, and that it leaves everything as it was. */
class CheckByHandIT {
  private static final int ROWS = 600;
  private static final String HEALTHY = ": healthy, " + ROWS + " rows in 1 table";

  @TempDir Path temporary;
  @AutoClose private final Mounts mounts = new Mounts();
  private Path directory;
  private Path copies;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    directory = Files.createDirectory(temporary.toRealPath().resolve("data"));
    copies = Files.createDirectory(directory.resolveSibling("tmp"));
    db = directory.resolve("app.db");
    Databases.create(db, ROWS);
  }

  private GuardedJvm jvm() {
    return GuardedJvm.jvm().unguarded().jvmArguments("-Djava.io.tmpdir=" + copies);
  }

  /** Where no SQLite can be loaded. */
  private GuardedJvm withoutLibrary() {
    return jvm().jvmArguments("-Dorg.sqlite.lib.path=" + directory);
  }

  private List<String> check(int exitCode, Object... words) throws Exception {
    return check(jvm(), exitCode, words);
  }

  /** Nothing lies beside the databases that wasn't there, and no copy stays. */
  private List<String> check(GuardedJvm jvm, int exitCode, Object... words) throws Exception {
    Object[] all = new Object[words.length + 1];
    all[0] = "check";
    System.arraycopy(words, 0, all, 1, words.length);
    Map<String, String> before = stateOf(directory);
    GuardedJvm.Ended ended = Command.on(jvm, GuardedJvm.AGENT, all);
    assertEquals(before, stateOf(directory));
    assertEquals(List.of(), ended.errors());
    assertEquals(exitCode, ended.exitCode(), ended.output()::toString);
    if (Files.exists(copies)) {
      try (var left = Files.list(copies)) {
        assertEquals(List.of(), left.filter(file -> file.toString().contains("guard")).toList());
      }
    }
    return ended.output();
  }

  private static Map<String, String> stateOf(Path directory) throws Exception {
    Map<String, String> state = new TreeMap<>(Images.contentsOf(directory));
    for (Map.Entry<String, String> file : state.entrySet()) {
      Path path = directory.resolve(file.getKey());
      file.setValue(file.getValue() + " " + Files.getLastModifiedTime(path));
    }
    return state;
  }

  private static void assertAnyMatches(String pattern, List<String> lines) {
    assertTrue(lines.stream().anyMatch(line -> line.matches(pattern)), lines::toString);
  }

  /** Until its times prove that it isn't changed any more. */
  private static void letRest(Path file) throws Exception {
    FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
    while (System.currentTimeMillis() - changed.toMillis() < 2500) {
      Thread.sleep(100);
    }
  }

  private Path shape(String name, String... statements) throws Exception {
    Path file = directory.resolve(name + ".db");
    Databases.execute(file, statements);
    return file;
  }

  @Test
  void ordinaryShapesNeedNoSqlite() throws Exception {
    List<Object> files = new ArrayList<>();
    files.add(db);
    files.add(
        shape(
            "keyed",
            "CREATE TABLE wr(a, b COLLATE NOCASE, PRIMARY KEY (b DESC, a)) WITHOUT ROWID",
            "CREATE INDEX wri ON wr(a)",
            HealthyParts.fill(400, "wr", "'a' || i, i % 7")));
    files.add(
        shape(
            "vacuumed",
            "PRAGMA page_size=512",
            "PRAGMA encoding='UTF-16le'",
            "PRAGMA auto_vacuum=FULL",
            "CREATE TABLE v(a REAL UNIQUE, b DEFAULT 'x')",
            HealthyParts.fill(400, "v(a)", "i * 2"),
            "DELETE FROM v WHERE a % 3"));
    files.add(
        shape(
            "logged",
            "PRAGMA journal_mode=WAL",
            "CREATE TABLE l(a, b)",
            "CREATE UNIQUE INDEX li ON l(b) WHERE a IS NOT NULL",
            HealthyParts.fill(300, "l", "nullif(i % 5, 0), hex(zeroblob(i))"),
            "DROP TABLE IF EXISTS none"));
    files.add(shape("without-rows", "PRAGMA user_version=1", "CREATE TABLE e(a UNIQUE)"));
    Path classes = directory.resolveSibling("classes.log");
    List<String> lines =
        check(jvm().jvmArguments("-Xlog:class+load:file=" + classes), 0, files.toArray());
    assertEquals(
        List.of(
            db + HEALTHY,
            directory.resolve("keyed.db") + ": healthy, 400 rows in 1 table",
            directory.resolve("vacuumed.db") + ": healthy, 133 rows in 1 table",
            directory.resolve("logged.db") + ": healthy, 300 rows in 1 table",
            directory.resolve("without-rows.db") + ": healthy, 0 rows in 1 table"),
        lines);
    String loaded = Files.readString(classes);
    assertTrue(loaded.contains("dev.sqlguard.scan.Scan"));
    assertFalse(loaded.contains("org.sqlite"), "no SQLite");
  }

  /** What the scan can't decide SQLite does. */
  @Test
  void indexesOnExpressions() throws Exception {
    Databases.execute(db, "CREATE INDEX ex ON t(substr(x, 5, 20))");
    assertEquals(List.of(db + HEALTHY), check(0, db));
    Images.loseWrites(db, "ex", "UPDATE t SET x = 'row ' || (id + 1000) || 'q' WHERE id = 300");
    assertFalse(Databases.isIntact(db));
    List<String> lines = check(1, db);
    assertTrue(lines.get(0).startsWith(db + ": DAMAGED"), lines::toString);
    assertAnyMatches("  SQLite: .*index ex.*", lines);
  }

  @Test
  void damagedIndex() throws Exception {
    Images.loseWrites(db, "ix", "UPDATE t SET x = 'changed' WHERE id = 300");
    for (Object[] words : new Object[][] {{db}, {"--deep", db}}) {
      List<String> lines = check(1, words);
      assertTrue(lines.get(0).startsWith(db + ": DAMAGED"), lines::toString);
      assertAnyMatches("  scan: ix: .*", lines);
      assertAnyMatches("  SQLite: .*index ix.*", lines);
    }
  }

  @Test
  void damagedPageOfATable() throws Exception {
    List<Integer> leaves = Databases.leaves(db, "t");
    int page = leaves.get(leaves.size() / 2);
    Databases.damage(db, "t", 1);
    List<String> lines = check(1, db);
    assertTrue(lines.get(0).matches(".*: DAMAGED, \\d+ rows in 1 table readable"), lines.get(0));
    assertAnyMatches("  scan: page " + page + ", t: .*", lines);
    assertAnyMatches("  SQLite: .*page " + page + ":.*", lines);
  }

  @Test
  void leakedPage() throws Exception {
    Databases.execute(db, "CREATE TABLE gone(a)", "INSERT INTO gone VALUES (1)", "DROP TABLE gone");
    int page = Integer.parseInt(Databases.query(db, "PRAGMA page_count").get(0));
    // The freelist: its first page, and how many there are.
    Images.putInt(db, 32, 0);
    Images.putInt(db, 36, 0);
    List<String> lines = check(1, db);
    assertEquals(
        db + ": DAMAGED, no row is lost, " + ROWS + " rows in 1 table readable", lines.get(0));
    assertAnyMatches("  scan: page " + page + ": nothing leads to this page", lines);
    assertAnyMatches("  SQLite: Page " + page + ".* never used", lines);
  }

  @Test
  void destroyedHeader() throws Exception {
    Images.zeroPage(db, 1);
    List<String> lines = check(1, db);
    assertTrue(lines.get(0).startsWith(db + ": DAMAGED"), lines::toString);
    assertAnyMatches("  scan: page 1: .*", lines);
    assertAnyMatches("  SQLite: .*its header is destroyed", lines);
  }

  @Test
  void logThatNobodyUses() throws Exception {
    try (var user = Command.user(db, "PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=0")) {
      user.ok("sql", "a", "UPDATE t SET x = 'new ' || id WHERE id > 1");
      user.ok("sql", "a", "DELETE FROM t WHERE id = 1");
      user.kill();
    }
    assertEquals(List.of("app.db", "app.db-shm", "app.db-wal"), Databases.filesOf(db));
    List<String> healthy = List.of(db + ": healthy, " + (ROWS - 1) + " rows in 1 table");
    // What the log replaces need not be good.
    Databases.damage(db, "t", 1);
    assertEquals(healthy, check(withoutLibrary(), 0, db));
    assertEquals(List.of(healthy.get(0), "  SQLite: ok"), check(0, "--deep", db));
    Files.delete(Databases.beside(db, "-wal"));
    check(1, db);
  }

  @Test
  void transactionThatNobodyFinished() throws Exception {
    String rows = Images.hash(db);
    try (var user =
        Command.user(db, "PRAGMA cache_size=1", "BEGIN", "DELETE FROM t WHERE id > 9")) {
      user.kill();
    }
    assertNotEquals(rows, Images.hash(db));
    assertEquals(List.of(db + HEALTHY), check(0, db));
    assertEquals(List.of(db + HEALTHY, "  SQLite: ok"), check(0, "--deep", db));
  }

  @Test
  void databaseInUse() throws Exception {
    try (var user = Command.user(db, "PRAGMA journal_mode=WAL", "DELETE FROM t WHERE id = 1")) {
      List<String> locks = KernelView.locks(user.pid(), db);
      List<String> lines = check(0, db);
      assertEquals(List.of(db + ": healthy, " + (ROWS - 1) + " rows in 1 table"), lines);
      assertEquals(locks, KernelView.locks(user.pid(), db));
      user.ok("sql", "a", "INSERT INTO t(x) VALUES ('goes on')");
    }
  }

  @Test
  void databaseInUseByAGuardedProcess() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('not yet')");
      List<String> locks = KernelView.locks(app.pid(), db);
      assertEquals(List.of(db + HEALTHY), check(0, db));
      assertEquals(locks, KernelView.locks(app.pid(), db));
      app.ok("sql", "a", "COMMIT");
      app.end("return");
    }
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  /** An old file is read where it lies; a young one could change unnoticed. */
  @Test
  void withoutAPlaceForCopies() throws Exception {
    copies = directory.resolveSibling("none");
    List<String> lines = check(2, db);
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith(db + ": can't be judged (" + copies), lines::toString);
    letRest(db);
    assertEquals(List.of(db + HEALTHY), check(0, db));
  }

  @Test
  void withoutSpaceForACopy() throws Exception {
    Databases.damage(db, "t", 1);
    mounts.memory(copies, "64k");
    // Young, however slow the machine is: nobody can tell that it rests.
    Files.setLastModifiedTime(db, FileTime.from(Instant.now().plusSeconds(3600)));
    List<String> lines = check(2, db);
    assertEquals(1, lines.size(), lines::toString);
    String reason = ": can't be judged (not enough free space in " + copies;
    assertTrue(lines.get(0).startsWith(db + reason), lines::toString);
    Files.setLastModifiedTime(db, FileTime.from(Instant.now()));
    letRest(db);
    lines = check(2, db);
    assertTrue(lines.get(0).startsWith(db + reason), lines::toString);
    assertAnyMatches("  scan: page \\d+, t: .*", lines);
  }

  /** A suspicion is no verdict. */
  @Test
  void withoutSqlite() throws Exception {
    Databases.damage(db, "t", 1);
    List<String> lines = check(withoutLibrary(), 2, db);
    assertEquals(
        db + ": can't be judged (SQLite's native library can't be loaded here)", lines.get(0));
    assertAnyMatches("  scan: page \\d+, t: .*", lines);
  }

  @Test
  void manyFindings() throws Exception {
    Databases.addRows(db, 9000);
    Databases.damage(db, "t", 40);
    List<String> lines = check(1, db);
    assertAnyMatches("  scan: and \\d+ more", lines);
    assertAnyMatches("  SQLite: and \\d+ more", lines);
    assertTrue(lines.size() < 50, lines::toString);
  }

  @Test
  void namesInFindingsCannotForgeLines() throws Exception {
    Path forged = directory.resolve("forged.db");
    String name = "\"t\n" + db + ": healthy\"";
    Databases.execute(
        forged, "CREATE TABLE " + name + "(a)", HealthyParts.fill(ROWS, name, "hex(zeroblob(i))"));
    Images.zeroPage(forged, 9);
    List<String> lines = check(1, forged);
    assertTrue(lines.get(0).startsWith(forged + ": DAMAGED"), lines::toString);
    for (String line : lines.subList(1, lines.size())) {
      assertTrue(line.startsWith("  "), lines::toString);
    }
  }

  @Test
  void theWorstOfSeveralCounts() throws Exception {
    Path good = directory.resolve("good.db");
    Files.copy(db, good);
    Path missing = directory.resolve("missing.db");
    assertEquals(
        List.of(missing + ": can't be judged (doesn't exist)", good + HEALTHY),
        check(2, missing, good));
    Databases.damage(db, "t", 1);
    List<String> lines = check(1, db, missing, good);
    assertTrue(lines.get(0).startsWith(db + ": DAMAGED"), lines::toString);
    assertEquals(good + HEALTHY, lines.get(lines.size() - 1));
  }

  @Test
  void whatIsNoDatabase() throws Exception {
    Path empty = Files.createFile(directory.resolve("empty.db"));
    Path text = Files.writeString(directory.resolve("text.db"), "id;name\n1;Zoë\n".repeat(500));
    byte[] random = new byte[200_000];
    new Random(5).nextBytes(random);
    Path encrypted = Files.write(directory.resolve("encrypted.db"), random);
    Path noise = Files.write(directory.resolve("noise.db"), new byte[] {0, 1, 2, 3});
    Path link = directory.resolve("link.db");
    Files.createSymbolicLink(link, directory.resolve("none"));
    List<String> lines = check(2, empty, text, encrypted, noise, link, directory);
    assertEquals(
        List.of(
            empty + ": can't be judged (is empty)",
            text + ": can't be judged (is a text file, not a database)",
            encrypted + ": can't be judged (is encrypted, or not a SQLite database at all)"),
        lines.subList(0, 3));
    assertTrue(lines.get(3).startsWith(noise + ": can't be judged ("), lines::toString);
    assertEquals(
        List.of(
            link + ": can't be judged (leads nowhere)",
            directory + ": can't be judged (is a directory)"),
        lines.subList(lines.size() - 2, lines.size()));
  }

  @Test
  void anotherUsersDirectory() throws Exception {
    try (Nobody nobody = new Nobody()) {
      directory = Files.createDirectory(nobody.readable().resolve("data"));
      Path readable = Files.copy(db, directory.resolve("app.db"));
      Path secret = Files.copy(db, directory.resolve("secret.db"));
      Path damaged = Files.copy(db, directory.resolve("damaged.db"));
      Databases.damage(damaged, "t", 1);
      for (Path file : List.of(readable, damaged)) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
      }
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
      Map<String, String> before = stateOf(directory);
      GuardedJvm.Ended ended =
          Command.on(nobody.unguarded(), nobody.agent(), "check", readable, damaged, secret);
      assertEquals(before, stateOf(directory));
      assertEquals(1, ended.exitCode(), ended.errors()::toString);
      List<String> lines = ended.output();
      assertEquals(readable + HEALTHY, lines.get(0));
      assertTrue(lines.get(1).startsWith(damaged + ": DAMAGED"), lines::toString);
      String last = lines.get(lines.size() - 1);
      assertEquals(secret + ": can't be judged (permission denied)", last);
    }
  }

  /**
   * Each comes to an end, in little memory, also the one that no disk has room for. Those that take
   * all the time there is are {@link HostileFilesIT}'s.
   */
  @Test
  void hostileFiles() throws Exception {
    Path hostile = Files.createDirectory(directory.resolveSibling("hostile"));
    Set<HostileFile> kinds = EnumSet.allOf(HostileFile.class);
    kinds.remove(HostileFile.SLOW_INDEX);
    kinds.remove(HostileFile.DAMAGE_BESIDE_AN_ENDLESS_VIEW);
    List<Object> files = new ArrayList<>();
    for (HostileFile kind : kinds) {
      Path file = hostile.resolve(kind.name().toLowerCase(Locale.ROOT) + ".db");
      kind.make(file);
      files.add(file);
    }
    letRest((Path) files.get(files.size() - 1));
    List<String> lines = check(jvm().jvmArguments("-Xmx64m"), 1, files.toArray());
    for (Object file : files) {
      List<String> results = lines.stream().filter(l -> l.startsWith(file + ": ")).toList();
      assertEquals(1, results.size(), results::toString);
    }
  }

  /** Also of a schema that only SQLite can read all of. */
  @Test
  void deepAsksSqliteInAnyCase() throws Exception {
    assertEquals(List.of(db + HEALTHY, "  SQLite: ok"), check(0, "--deep", db));
    try (Connection schema = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = schema.createStatement()) {
      statement.execute("CREATE VIEW v AS SELECT 1");
      statement.execute("PRAGMA writable_schema=ON");
      statement.execute(
          "UPDATE sqlite_schema SET sql = 'CREATE VIEW v AS SELEKT' WHERE name = 'v'");
    }
    List<String> lines = check(2, "--deep", db);
    assertTrue(lines.get(0).contains(": can't be judged (") && lines.get(0).contains("malformed"));
    assertEquals("  scan: finds no damage", lines.get(1));
  }
}
