package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Security managers, as far as JDKs still have them. */
class SecurityManagerIT {
  @TempDir Path directory;
  private Path db;

  @BeforeEach
  void create() throws Exception {
    assumeTrue(Runtime.version().feature() < 24, "needs a JDK with security managers");
    db = directory.toRealPath().resolve("app.db");
    Databases.create(db, 20);
  }

  private static String grantTo(String place) {
    return "grant codeBase \"" + place + "\" { permission java.security.AllPermission; };";
  }

  private static List<String> grantsToTheApplication() {
    List<String> grants = new ArrayList<>();
    for (String entry : GuardedJvm.applicationClassPath()) {
      grants.add(grantTo(Path.of(entry).toUri().toString()));
    }
    return grants;
  }

  private GuardedJvm.Ended play(List<String> policy) throws Exception {
    Path file = Files.write(directory.resolve("policy"), policy);
    GuardedJvm jvm =
        GuardedJvm.jvm().jvmArguments("-Djava.security.manager", "-Djava.security.policy==" + file);
    try (var app = jvm.start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("wal", app.say("sql", "a", "PRAGMA journal_mode=WAL"));
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('new')");
      assertEquals("21", app.say("sql", "a", "SELECT count(*) FROM t"));
      return app.end("return");
    }
  }

  @Test
  void whereEverythingIsAllowedTheGuardWorks() throws Exception {
    play(List.of("grant { permission java.security.AllPermission; };"));
    assertEquals(20, Databases.rows(Databases.beside(db, ".bak")));
    Path wal = Databases.beside(db, "-wal");
    assertTrue(Files.notExists(wal) || Files.size(wal) == 0);
  }

  @Test
  void whatIsGrantedToTheAgentCountsForAllOfIt() throws Exception {
    List<String> policy = grantsToTheApplication();
    policy.add(grantTo(GuardedJvm.AGENT.toUri().toString()));
    play(policy);
    assertEquals(20, Databases.rows(Databases.beside(db, ".bak")));
    Path wal = Databases.beside(db, "-wal");
    assertTrue(Files.notExists(wal) || Files.size(wal) == 0);
  }

  @Test
  void whereTheAgentIsAllowedNothingTheApplicationRunsAndOneLineSaysWhy() throws Exception {
    var ended = play(grantsToTheApplication());
    assertEquals(1, ended.guardLines().size(), ended.errors().toString());
    String line = ended.guardLines().get(0);
    assertTrue(line.contains("not guarded") && line.contains("AccessControlException"), line);
    assertFalse(Files.exists(Databases.beside(db, ".bak")));
    assertEquals(0, ended.exitCode());
  }
}
