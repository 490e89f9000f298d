package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tool that knows nothing of the guard loads it into a JVM that is running already. */
class LateAttachIT {
  @TempDir Path directory;

  static void attach(GuardedJvm.Running app, String options) {
    ByteBuddyAgent.AttachmentProvider.Accessor attachment =
        ByteBuddyAgent.AttachmentProvider.DEFAULT.attempt();
    assumeTrue(attachment.isAvailable(), "needs the attach API");
    ByteBuddyAgent.attach(GuardedJvm.AGENT.toFile(), Long.toString(app.pid()), options);
  }

  @Test
  void aDriverLoadedBeforeIsGuardedFromNowOn() throws Exception {
    Path before = directory.resolve("before.db");
    Path after = directory.resolve("after.db");
    Databases.create(before, 20);
    Databases.create(after, 20);
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + before);
      attach(app, "");
      assertEquals(List.of("before.db"), Databases.filesOf(before));
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + after);
      app.ok("sql", "b", "INSERT INTO t(x) VALUES ('new')");
      assertEquals("wal", app.say("sql", "b", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "b", "INSERT INTO t(x) VALUES ('newer')");
      var ended = app.end("return");
      assertEquals(0, ended.exitCode());
      assertTrue(ended.guardLines().get(0).contains("joined a running JVM"));
    }
    assertEquals(0, Files.size(Databases.beside(after, "-wal")));
    assertEquals(20, Databases.rows(Databases.beside(after, ".bak")));
    assertEquals(22, Databases.rows(after));
  }

  @Test
  void aTransactionOpenedBeforeKeepsItsLock() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    try (var app = GuardedJvm.jvm().unguarded().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", "BEGIN IMMEDIATE");
      List<String> locks = KernelView.locks(app.pid(), db);
      assertTrue(locks.size() > 0);
      attach(app, "");
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(locks, KernelView.locks(app.pid(), db));
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      app.ok("sql", "a", "COMMIT");
      assertEquals("21", app.say("sql", "b", "SELECT count(*) FROM t"));
      app.end("return");
    }
    assertEquals(20, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void joiningTwiceGuardsOnce() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 20);
    try (var app = GuardedJvm.jvm().start()) {
      app.say("interrupted");
      attach(app, "backups=0");
      attach(app, "enabled=false");
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals(1, app.end("return").guardLines().size());
    }
    assertEquals(List.of("app.db", "app.db.bak"), Databases.filesOf(db));
  }
}
