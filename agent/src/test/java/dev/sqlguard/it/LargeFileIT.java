package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Beyond 1 GiB, where the page with the lock bytes is never used (file format, section 1.3.15), and
 * where they no longer lie behind the end of the file.
 */
class LargeFileIT {
  private static final String COUNT = "SELECT count(*) || ' ' || sum(length(b)) FROM large";

  @TempDir Path temporary;

  @Test
  @EnabledIfSystemProperty(named = "sqlguard.large", matches = "true")
  void aDatabaseThatGrowsPastTheLockBytes() throws Exception {
    Path db = temporary.toRealPath().resolve("app.db");
    Databases.execute(
        db,
        "PRAGMA page_size=65536",
        "PRAGMA synchronous=OFF",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        "CREATE INDEX ix ON t(x)",
        HealthyParts.fill(20_000, "t(x)", "hex(randomblob(100))"),
        "CREATE TABLE large(id INTEGER PRIMARY KEY, b)",
        HealthyParts.fill(53, "large(b)", "zeroblob(20000000)"));
    assertTrue(Files.size(db) < 1 << 30);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      app.ok("sql", "a", HealthyParts.fill(3, "large(b)", "zeroblob(20000000)"));
      app.ok("sql", "a", HealthyParts.fill(2_000, "t(x)", "hex(randomblob(100))"));
      app.end("return");
    }
    assertTrue(Files.size(db) > 1 << 30);
    assertEquals(List.of("53 1060000000"), Databases.query(Databases.beside(db, ".bak"), COUNT));
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertTrue(app.end("return").guardLines().get(0).contains("healthy"));
    }
    assertEquals(List.of("56 1120000000"), Databases.query(Databases.beside(db, ".bak"), COUNT));
    Databases.damage(db, "t", 1);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db);
      assertEquals("22000", app.say("sql", "a", "SELECT count(*) FROM t NOT INDEXED"));
      assertEquals("56 1120000000", app.say("sql", "a", COUNT));
      app.end("return");
    }
    assertTrue(Files.exists(Databases.beside(db, ".corrupt")));
    assertFalse(Databases.isIntact(Databases.beside(db, ".corrupt")));
  }
}
