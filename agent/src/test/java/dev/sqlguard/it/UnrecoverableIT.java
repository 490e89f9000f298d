package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application gets where a damaged database can't be repaired. */
class UnrecoverableIT {
  @TempDir Path directory;
  private Path db;
  private byte[] damaged;

  @BeforeEach
  void createDamaged() throws Exception {
    db = directory.resolve("app.db");
    Databases.create(db, 300);
    Databases.damageBeyondRepair(db);
    damaged = Files.readAllBytes(db);
  }

  @Test
  void poolIsRefusedToo() throws Exception {
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      String answer = app.say("open", "a", "hikari", "jdbc:sqlite:" + db);
      assertTrue(answer.startsWith("error "), answer);
      assertTrue(answer.contains(db.toString()), answer);
    }
    assertArrayEquals(damaged, Files.readAllBytes(db));
  }

  /** A stack trace that ends in the guard would send people to the wrong bug tracker. */
  @Test
  void stackTraceOfTheRefusalIsTheDriversOwn() throws Exception {
    var ended =
        GuardedJvm.jvm()
            .options("on-unrecoverable=refuse")
            .program(PrintsStackTrace.class.getName(), "jdbc:sqlite:" + db)
            .run();
    String trace = String.join("\n", ended.output());
    assertTrue(trace.contains("java.sql.SQLException"), trace);
    assertTrue(trace.contains("org.sqlite"), trace);
    assertEquals(
        0,
        ended.output().stream()
            .filter(line -> line.contains("at dev.sqlguard.") || line.contains("SqlGuardBridge"))
            .filter(line -> !line.contains(PrintsStackTrace.class.getName()))
            .count(),
        trace);
  }

  /** Opens a database and prints what comes of it. */
  public static final class PrintsStackTrace {
    public static void main(String[] arguments) {
      try {
        java.sql.DriverManager.getConnection(arguments[0]).close();
      } catch (java.sql.SQLException e) {
        e.printStackTrace(System.out);
      }
    }
  }

  @Test
  void findingsThatLoseNoRowAreNoReasonToRefuse() throws Exception {
    Files.delete(db);
    Databases.create(db, 300);
    Databases.execute(db, "DELETE FROM t WHERE id > 200");
    Images.putInt(db, 32, 0);
    Images.putInt(db, 36, 0);
    try (var app = GuardedJvm.jvm().options("on-unrecoverable=refuse").start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
  }

  @Test
  void reportedDamageIsRefusedWhereBothAreWanted() throws Exception {
    try (var app = GuardedJvm.jvm().options("on-damage=report,on-unrecoverable=refuse").start()) {
      String answer = app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertTrue(answer.startsWith("error java.sql.SQLException: "), answer);
    }
  }
}
