package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code attach PID}: the guard joins a JVM that is running, whatever that has open. */
class AttachIT {
  @TempDir Path given;
  private Path directory;
  private Path db;

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  @BeforeEach
  void create() throws Exception {
    directory = given.toRealPath();
    db = directory.resolve("app.db");
    Databases.create(db, 20);
  }

  private static GuardedJvm.Ended attach(GuardedJvm.Running app, String... options)
      throws Exception {
    return Command.run(
        options.length == 0
            ? new Object[] {"attach", app.pid()}
            : new Object[] {"attach", app.pid(), options[0]});
  }

  private static String joined(GuardedJvm.Running app, String open) {
    return "process " + app.pid() + ": is guarded from now on; " + open;
  }

  private static GuardedJvm.Running open(GuardedJvm jvm, Path db, String mode) throws Exception {
    GuardedJvm.Running app = jvm.unguarded().start();
    app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
    assertEquals(mode, app.say("sql", "a", "PRAGMA journal_mode=" + mode));
    return app;
  }

  private static void assertNothingIsLeftOfTheConversation() throws Exception {
    try (var files = Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")))) {
      for (Path file : files) {
        assertFalse(file.getFileName().toString().startsWith("sqlguard-attach-"), file.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("javas")
  void anOpenTransactionKeepsItsLocksWhileWhatIsCommittedIsBackedUp(Path java) throws Exception {
    try (var app = open(GuardedJvm.jvm().java(java), db, "wal")) {
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('committed')");
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('under way')");
      List<String> locks = LocksIT.locks(app, db);
      LocksIT.isRefusedToOthers(db);

      GuardedJvm jvm = GuardedJvm.jvm().unguarded().java(java);
      var ended = Command.on(jvm, GuardedJvm.AGENT, "attach", app.pid());
      assertEquals(List.of(), ended.errors());
      assertEquals(0, ended.exitCode(), ended.output()::toString);
      assertEquals(2, ended.output().size(), ended.output()::toString);
      String line = ended.output().get(0);
      assertTrue(line.startsWith(db + ": healthy (this JVM has it open already), backed"), line);
      assertEquals(joined(app, "1 database open already"), ended.output().get(1));

      assertEquals(locks, LocksIT.locks(app, db));
      LocksIT.isRefusedToOthers(db);
      assertEquals(21, Databases.rows(Databases.beside(db, ".bak")));
      assertTrue(Databases.isIntact(Databases.beside(db, ".bak")));
      app.ok("sql", "a", "COMMIT");
      assertTrue(Files.size(Databases.beside(db, "-wal")) > 0);
      assertTrue(app.terminate().guardLines().stream().anyMatch(l -> l.endsWith(" folded in")));
    }
    assertEquals(0, Files.size(Databases.beside(db, "-wal")));
    Files.delete(Databases.beside(db, "-wal"));
    assertEquals(22, Databases.rows(db));
    assertNothingIsLeftOfTheConversation();
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void aSecondConnectionDuringTheTransactionTakesNothingAway(String mode) throws Exception {
    try (var app = open(GuardedJvm.jvm(), db, mode)) {
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      List<String> locks = LocksIT.locks(app, db);
      assertEquals(0, attach(app).exitCode());
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("open", "c", "datasource", "jdbc:sqlite:file:" + db);
      assertTrue(LocksIT.locks(app, db).containsAll(locks));
      LocksIT.isRefusedToOthers(db);
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('kept')");
      app.ok("sql", "a", "COMMIT");
      app.end("return");
    }
    assertEquals(20, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(21, Databases.rows(db));
  }

  @ParameterizedTest
  @MethodSource("javas")
  void aFileOpenedLaterIsRepaired(Path java) throws Exception {
    Path other = directory.resolve("other.db");
    Databases.create(other, 2000);
    try (var app = GuardedJvm.jvm().java(java).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + other);
      app.end("return");
    }
    Databases.damage(other, "t", 2);
    try (var app = open(GuardedJvm.jvm().java(java), db, "delete")) {
      assertEquals(0, attach(app).exitCode());
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + other);
      assertEquals("2000", app.say("sql", "b", "SELECT count(*) FROM t"));
      assertEquals("ok", app.say("sql", "b", "PRAGMA integrity_check"));
      app.end("return");
    }
    assertTrue(Files.exists(Databases.beside(other, ".corrupt")));
  }

  @Test
  void damageOfAnOpenFileIsReportedAndNothingIsReplaced() throws Exception {
    Databases.addRows(db, 2000);
    Databases.damage(db, "t", 2);
    Object inode = Files.getAttribute(db, "unix:ino");
    try (var app = open(GuardedJvm.jvm(), db, "delete")) {
      var ended = attach(app);
      assertEquals(1, ended.exitCode());
      assertTrue(ended.output().get(0).startsWith(db + ": DAMAGED "), ended.output()::toString);
      app.end("return");
    }
    assertEquals(inode, Files.getAttribute(db, "unix:ino"));
    assertEquals(List.of("app.db"), Databases.filesOf(db));
  }

  @Test
  void whatIsLockedCannotBeJudgedNow() throws Exception {
    try (var app = open(GuardedJvm.jvm(), db, "delete")) {
      app.ok("sql", "a", "BEGIN EXCLUSIVE");
      List<String> locks = LocksIT.locks(app, db);
      var ended = attach(app);
      assertEquals(1, ended.exitCode());
      assertTrue(ended.output().get(0).contains("can't be judged"), ended.output()::toString);
      assertEquals(locks, LocksIT.locks(app, db));
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      app.ok("sql", "a", "COMMIT");
      app.end("return");
    }
    assertEquals(List.of("app.db"), Databases.filesOf(db));
    assertEquals(21, Databases.rows(db));
  }

  @Test
  void theSecondTimeChangesNothing() throws Exception {
    try (var app = open(GuardedJvm.jvm(), db, "wal")) {
      assertEquals(0, attach(app, "backups=5").exitCode());
      Object made = Files.getAttribute(Databases.beside(db, ".bak"), "unix:ino");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      int lines = app.errorsSoFar().size();
      var ended = attach(app, "backups=1");
      assertEquals(0, ended.exitCode());
      assertEquals(
          List.of("process " + app.pid() + ": it carries sqlguard already; nothing was done"),
          ended.output());
      assertEquals(lines, app.errorsSoFar().size());
      assertEquals(made, Files.getAttribute(Databases.beside(db, ".bak"), "unix:ino"));
      app.end("return");
    }
    assertFalse(Files.exists(Databases.beside(db, ".bak.1")));
  }

  @Test
  void aJvmThatStartedWithTheAgentIsLeftAlone() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.say("interrupted");
      var ended = attach(app, "backups=0");
      assertEquals(0, ended.exitCode());
      assertTrue(ended.output().get(0).contains("carries sqlguard already"));
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    assertTrue(Files.exists(Databases.beside(db, ".bak")));
  }

  @ParameterizedTest
  @MethodSource("javas")
  void aDriverThatIsLoadedLaterIsGuardedFromOpenToExit(Path java) throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().java(java).start()) {
      app.say("interrupted");
      var ended = attach(app);
      assertEquals(List.of(joined(app, "no database is open")), ended.output());
      assertEquals(0, ended.exitCode());
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertTrue(Files.exists(Databases.beside(db, ".bak")));
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      app.end("return");
    }
    assertEquals(0, Files.size(Databases.beside(db, "-wal")));
  }

  @Test
  void aLoadedDriverWithoutAConnectionHasNothingToBackUp() throws Exception {
    Path other = directory.resolve("other.db");
    Databases.create(other, 5);
    try (var app = open(GuardedJvm.jvm(), db, "delete")) {
      app.ok("close", "a");
      assertEquals(List.of(joined(app, "no database is open")), attach(app).output());
      assertEquals(List.of("app.db"), Databases.filesOf(db));
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + other);
      app.end("return");
    }
    assertEquals(5, Databases.rows(Databases.beside(other, ".bak")));
  }

  @Test
  void withTwoCopiesOfSqliteNothingOpenIsTouched() throws Exception {
    Path other = directory.resolve("other.db");
    Path later = directory.resolve("later.db");
    Databases.create(other, 5);
    Databases.create(later, 7);
    try (var app = open(GuardedJvm.jvm(), db, "wal")) {
      app.ok("open", "b", "othercopy", "jdbc:sqlite:" + other);
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      app.ok("sql", "b", "BEGIN IMMEDIATE");
      List<String> locks = LocksIT.locks(app, db);
      List<String> others = LocksIT.locks(app, other);
      var ended = attach(app);
      assertEquals(1, ended.exitCode());
      assertEquals(3, ended.output().size(), ended.output()::toString);
      for (Path open : List.of(db, other)) {
        assertTrue(
            ended
                .output()
                .contains(
                    open
                        + ": is open already; not backed up, because there is more than one copy of"
                        + " SQLite in this JVM"),
            ended.output()::toString);
      }
      assertEquals(locks, LocksIT.locks(app, db));
      assertEquals(others, LocksIT.locks(app, other));
      app.ok("open", "c", "drivermanager", "jdbc:sqlite:" + later);
      app.ok("open", "d", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(locks, LocksIT.locks(app, db));
      LocksIT.isRefusedToOthers(db);
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      app.ok("sql", "a", "COMMIT");
      app.end("return");
    }
    assertEquals(7, Databases.rows(Databases.beside(later, ".bak")));
    assertFalse(Files.exists(Databases.beside(db, ".bak")));
    assertFalse(Files.exists(Databases.beside(other, ".bak")));
    assertEquals(21, Databases.rows(db));
  }

  /** By Java code, say: a connection that is closed would take that lock away. */
  @Test
  void aDatabaseThatSomethingElseHasLockedIsLeftAlone() throws Exception {
    Path locked = directory.resolve("locked.db");
    Databases.create(locked, 5);
    try (var app = open(GuardedJvm.jvm(), db, "delete")) {
      app.ok("lock", locked.toString());
      List<String> locks = KernelView.locks(app.pid(), locked);
      assertEquals(1, locks.size());
      var ended = attach(app);
      assertEquals(1, ended.exitCode());
      assertTrue(
          ended
              .output()
              .contains(
                  locked
                      + ": is open already; not backed up, because this JVM has a lock on it that"
                      + " isn't SQLite's"),
          ended.output()::toString);
      assertEquals(locks, KernelView.locks(app.pid(), locked));
      app.end("return");
    }
    assertTrue(Files.exists(Databases.beside(db, ".bak")));
    assertFalse(Files.exists(Databases.beside(locked, ".bak")));
  }

  /** Our own connection's close would take the lock away. */
  @Test
  void itIsLeftAloneWhenTheApplicationOpensItToo() throws Exception {
    Path locked = directory.resolve("locked.db");
    Databases.create(locked, 5);
    try (var app = open(GuardedJvm.jvm(), db, "delete")) {
      app.ok("lock", locked.toString());
      List<String> locks = KernelView.locks(app.pid(), locked);
      assertEquals(1, attach(app).exitCode());
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + locked);
      assertEquals(locks, KernelView.locks(app.pid(), locked));
      app.end("return");
    }
    assertFalse(Files.exists(Databases.beside(locked, ".bak")));
  }

  /** An old SQLite keeps the WAL beside the link. */
  @Test
  void aWalBesideALinkIsLeftAlone() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), db);
    try (var app = open(Drivers.jvm("3.8.11.2"), link, "wal")) {
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      assertTrue(Files.exists(Databases.beside(link, "-wal")));
      var ended = attach(app);
      assertEquals(1, ended.exitCode());
      assertTrue(ended.output().get(0).contains("side files"), ended.output()::toString);
      assertEquals("21", app.say("sql", "a", "SELECT count(*) FROM t"));
      app.end("return");
    }
    assertFalse(Files.exists(Databases.beside(db, "-wal")));
    assertFalse(Files.exists(Databases.beside(db, ".bak")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.7.2", "3.8.11.2", "3.36.0"})
  void oldDriversAreReachedToo(String version) throws Exception {
    Path later = directory.resolve("later.db");
    Databases.create(later, 7);
    try (var app = open(Drivers.jvm(version), db, "wal")) {
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      var ended = attach(app);
      assertEquals(0, ended.exitCode(), ended.output()::toString);
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + later);
      assertEquals(List.of(), app.end("return").otherErrors());
    }
    assertEquals(21, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(7, Databases.rows(Databases.beside(later, ".bak")));
  }

  @Test
  void sqlite4javaIsReachedToo() throws Exception {
    DriverPrograms.Driver driver = DriverPrograms.sqlite4java();
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    try (var app = driver.jvm().unguarded().start()) {
      assertEquals("ok", driver.open(app, "a", db));
      app.say("sql", "a", "BEGIN IMMEDIATE");
      app.say("sql", "a", "INSERT INTO t(x) VALUES ('under way')");
      List<String> locks = LocksIT.locks(app, db);
      LocksIT.isRefusedToOthers(db);
      var ended = attach(app);
      assertEquals(0, ended.exitCode(), ended.output()::toString);
      assertEquals(locks, LocksIT.locks(app, db));
      LocksIT.isRefusedToOthers(db);
      app.say("sql", "a", "COMMIT");
      assertEquals(0, app.end("return").exitCode());
    }
    assertEquals(20, Databases.rows(Databases.beside(db, ".bak")));
    assertEquals(21, Databases.rows(db));
  }

  /** androidx has no backup API. */
  @Test
  void whatAndroidxHasOpenIsRemembered() throws Exception {
    DriverPrograms.Driver driver = DriverPrograms.bundled();
    Databases.execute(db, "PRAGMA journal_mode=WAL");
    try (var app = driver.jvm().unguarded().start()) {
      assertEquals("ok", driver.open(app, "a", db));
      app.say("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      var ended = attach(app);
      assertEquals(1, ended.exitCode(), ended.output()::toString);
      assertTrue(ended.output().get(0).contains("can't copy it online"), ended.output()::toString);
      assertEquals(0, app.end("return").exitCode());
    }
    assertFalse(Files.exists(Databases.beside(db, ".bak")));
    assertEquals(0, Files.size(Databases.beside(db, "-wal")));
  }

  @Test
  void optionsCount() throws Exception {
    Path excluded = directory.resolve("some.cache");
    Databases.create(excluded, 5);
    Path backups = directory.resolve("back,ups");
    try (var app = open(GuardedJvm.jvm(), db, "delete")) {
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + excluded);
      var ended = attach(app, "exclude=*.cache,log=off,backup-dir=" + directory + "/back,,ups");
      assertEquals(0, ended.exitCode());
      assertTrue(
          ended.output().contains(excluded + ": is open already; nothing to do"),
          ended.output()::toString);
      assertEquals(List.of(), app.end("return").guardLines());
    }
    assertEquals(List.of("app.db"), Databases.filesOf(db));
    try (var files = Files.list(backups)) {
      assertEquals(1, files.filter(file -> file.toString().endsWith(".bak")).count());
    }
  }

  @Test
  void aFileThatIsOnlyReadIsChecked() throws Exception {
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db + "?open_mode=1");
      assertEquals("20", app.say("sql", "a", "SELECT count(*) FROM t"));
      var ended = attach(app);
      assertEquals(0, ended.exitCode());
      assertEquals(db + ": is open already; nothing to do", ended.output().get(0));
      app.end("return");
    }
    assertEquals(List.of("app.db"), Databases.filesOf(db));
  }

  /** A JVM that sees another, empty directory in the place of {@code hidden}. */
  private static GuardedJvm notSeeing(Path hidden) throws Exception {
    String[] own = {"unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs \"$0\" && exec \"$@\""};
    String[] words = Arrays.copyOf(own, own.length + 1);
    words[own.length] = hidden.toString();
    Process tried = new ProcessBuilder("unshare", "-m", "true").start();
    assumeTrue(tried.waitFor() == 0, "needs mount namespaces");
    return GuardedJvm.jvm().prefix(words);
  }

  /** As systemd's PrivateTmp makes it. */
  @Test
  void aServiceWithItsOwnTemporaryFilesIsReached() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    try (var app = open(notSeeing(temporary), db, "delete")) {
      GuardedJvm jvm = GuardedJvm.jvm().jvmArguments("-Djava.io.tmpdir=" + temporary);
      var ended = Command.on(jvm.unguarded(), GuardedJvm.AGENT, "attach", app.pid());
      assertEquals(0, ended.exitCode(), () -> ended.output() + " " + ended.errors());
      app.end("return");
    }
    assertEquals(20, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void aContainerWithoutTheJarIsNotAsked() throws Exception {
    Path place = Files.createDirectory(directory.resolve("opt"));
    Path jar = Files.copy(GuardedJvm.AGENT, place.resolve("sqlguard.jar"));
    try (var app = open(notSeeing(place), db, "delete")) {
      var ended = Command.on(GuardedJvm.jvm().unguarded(), jar, "attach", app.pid());
      assertEquals(69, ended.exitCode());
      assertTrue(ended.errors().get(0).contains("there is no " + jar), ended.errors()::toString);
      assertEquals(List.of(), app.end("return").errors());
    }
  }

  @Test
  void rootReachesTheJvmOfAnAccountWithoutRights() throws Exception {
    try (Nobody nobody = new Nobody()) {
      Path readable = Files.createDirectory(nobody.readable().resolve("data"));
      Path theirs = readable.resolve("app.db");
      Databases.create(theirs, 9);
      Nobody.giveTo(Nobody.ID, readable);
      Nobody.giveTo(Nobody.ID, theirs);
      try (var app = open(nobody.unguarded(), theirs, "delete")) {
        var ended =
            Command.on(
                GuardedJvm.jvm().unguarded(), nobody.agent(), "attach", Long.toString(app.pid()));
        assertEquals(0, ended.exitCode(), () -> ended.output() + " " + ended.errors());
        app.end("return");
      }
      assertEquals(9, Databases.rows(Databases.beside(theirs, ".bak")));
      assertEquals(
          Integer.parseInt(Nobody.ID),
          Files.getAttribute(Databases.beside(theirs, ".bak"), "unix:uid"));
    }
  }
}
