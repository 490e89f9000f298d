package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that another process is using: backed up at best, never replaced. */
class OtherProcessIT {
  private static final int ROWS = 500;

  @TempDir Path temporary;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = temporary.toRealPath().resolve("app.db");
    Databases.create(db, ROWS);
  }

  private GuardedJvm.Running other(String mode) throws Exception {
    var other = GuardedJvm.jvm().unguarded().start();
    other.ok("open", "o", "drivermanager", "jdbc:sqlite:" + db);
    if (mode.equals("wal")) {
      other.say("sql", "o", "PRAGMA journal_mode=WAL");
    }
    if (mode.equals("exclusive mode")) {
      other.say("sql", "o", "PRAGMA locking_mode=EXCLUSIVE");
      other.ok("sql", "o", "INSERT INTO t(x) VALUES ('of the other')");
      return other;
    }
    if (mode.equals("reading")) {
      other.ok("sql", "o", "BEGIN");
      other.say("sql", "o", "SELECT count(*) FROM t");
      return other;
    }
    if (mode.startsWith("BEGIN")) {
      other.ok("sql", "o", mode);
    }
    if (!mode.equals("idle")) {
      other.ok("sql", "o", "INSERT INTO t(x) VALUES ('of the other')");
    }
    return other;
  }

  @ParameterizedTest
  @ValueSource(strings = {"wal", "reading", "idle", "BEGIN IMMEDIATE"})
  void isBackedUpAsCommitted(String mode) throws Exception {
    try (var other = other(mode)) {
      List<String> locks = KernelView.locks(other.pid(), db);
      try (var app = GuardedJvm.jvm().start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        assertEquals(locks, KernelView.locks(other.pid(), db));
        app.end("return");
      }
      Path backup = Databases.beside(db, ".bak");
      assertEquals(mode.equals("wal") ? ROWS + 1 : ROWS, Databases.rows(backup));
      assertTrue(Databases.isIntact(backup));
      if (mode.startsWith("BEGIN")) {
        other.ok("sql", "o", "COMMIT");
      }
    }
    assertTrue(Databases.isIntact(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"BEGIN EXCLUSIVE", "exclusive mode"})
  void isLeftAloneWhileItIsLocked(String mode) throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    byte[] backup = Files.readAllBytes(Databases.beside(db, ".bak"));
    try (var other = other(mode)) {
      List<String> locks = KernelView.locks(other.pid(), db);
      try (var app = GuardedJvm.jvm().start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        assertEquals(locks, KernelView.locks(other.pid(), db));
        assertEquals(1, app.end("return").guardLines().size());
      }
      if (mode.startsWith("BEGIN")) {
        other.ok("sql", "o", "COMMIT");
      }
    }
    assertArrayEquals(backup, Files.readAllBytes(Databases.beside(db, ".bak")));
    assertFalse(Files.exists(Databases.beside(db, ".bak.1")));
    assertEquals(ROWS + 1, Databases.rows(db));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wal", "reading", "idle"})
  void isNotReplacedThoughItIsDamaged(String mode) throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    if (mode.equals("wal")) {
      Databases.execute(db, "PRAGMA journal_mode=WAL");
    }
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    try (var other = GuardedJvm.jvm().unguarded().start()) {
      other.ok("open", "o", "drivermanager", "jdbc:sqlite:" + db);
      if (!mode.equals("idle")) {
        other.ok("sql", "o", "BEGIN");
        other.say("sql", "o", "SELECT x FROM t WHERE id = 1");
      }
      try (var app = GuardedJvm.jvm().start()) {
        app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        app.end("return");
      }
      assertArrayEquals(damaged, Files.readAllBytes(db));
    }
    assertFalse(Files.exists(Databases.beside(db, ".corrupt")));
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void guardsOfTwoProcessesTakeTurnsOnADatabaseWithALog() throws Exception {
    leaveALog();
    startTogether(2, ROWS + 1);
    assertEquals(ROWS + 1, Databases.rows(Databases.beside(db, ".bak")));
    Databases.damage(db, "t", 1);
    leaveALog();
    assertFalse(Databases.isIntact(db));
    byte[] log = Files.readAllBytes(Databases.beside(db, "-wal"));
    byte[] damaged = Files.readAllBytes(db);
    startTogether(2, ROWS + 1);
    assertTrue(Databases.isIntact(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertArrayEquals(log, Files.readAllBytes(Databases.beside(db, ".corrupt-wal")));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt.1")));
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), name);
    }
  }

  private void leaveALog() throws Exception {
    try (var other = other("wal")) {
      other.kill();
    }
    assertTrue(Files.size(Databases.beside(db, "-wal")) > 0);
  }

  private void startTogether(int count, int rows) throws Exception {
    List<GuardedJvm.Running> apps = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        apps.add(GuardedJvm.jvm().start());
      }
      for (var app : apps) {
        app.tell("open", "a", "drivermanager", "jdbc:sqlite:" + db);
        app.tell("sql", "a", "SELECT count(*) FROM t NOT INDEXED");
      }
      for (var app : apps) {
        assertEquals(List.of("ok", Integer.toString(rows)), app.end("return").output());
      }
    } finally {
      for (var app : apps) {
        app.close();
      }
    }
  }

  @Test
  void guardsOfFourProcessesTakeTurns() throws Exception {
    startFour();
    assertEquals(ROWS, Databases.rows(db));
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    startFour();
    assertEquals(ROWS, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
    assertArrayEquals(damaged, Files.readAllBytes(Databases.beside(db, ".corrupt")));
    assertFalse(Files.exists(Databases.beside(db, ".corrupt.1")));
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), name);
    }
  }

  private void startFour() throws Exception {
    List<GuardedJvm.Running> apps = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        apps.add(GuardedJvm.jvm().start());
      }
      for (var app : apps) {
        app.tell("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      }
      for (var app : apps) {
        assertEquals(List.of("ok"), app.end("return").output());
      }
    } finally {
      for (var app : apps) {
        app.close();
      }
    }
  }
}
