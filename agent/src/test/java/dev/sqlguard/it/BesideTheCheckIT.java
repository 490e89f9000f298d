package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Others are kept out while a private copy is made, and not for the long time of its check. */
class BesideTheCheckIT {
  private static final int ROWS = 25_000;

  @TempDir Path temporary;
  private Path db;
  private Path staged;

  @BeforeEach
  void create() throws Exception {
    Shell.assumePresent();
    db = temporary.toRealPath().resolve("app.db");
    staged = Databases.beside(db, ".sqlguard-staged");
    Databases.execute(
        db,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        "CREATE INDEX i1 ON t(x)",
        "CREATE INDEX i2 ON t(substr(x, 10))",
        HealthyParts.fill(ROWS, "t(x)", "hex(randomblob(300))"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void aWriterWithoutPatienceIsLetInBeforeTheCheckEnds(String mode) throws Exception {
    Databases.execute(db, "PRAGMA journal_mode=" + mode);
    try (var app = GuardedJvm.jvm().start();
        Shell writer = new Shell(db, 0)) {
      FutureTask<String> opened = open(app);
      String answer = "not tried";
      while (!opened.isDone() && !answer.isEmpty()) {
        if (isCopied()) {
          answer = writer.say("INSERT INTO t(x) VALUES ('meanwhile')");
          assertTrue(answer.isEmpty() || Shell.isBusy(answer), answer);
        }
      }
      assertEquals("", answer);
      assertFalse(opened.isDone(), "the check took longer than the writer was kept out");
      assertEquals("ok", opened.get());
      assertEquals(
          Integer.toString(ROWS + 1), app.say("sql", "a", "SELECT count(*) FROM t NOT INDEXED"));
      app.end("return");
    }
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  /** Its timeout is shorter than the check, and longer than the copy. */
  @Test
  void aPatientWriterIsNeverRefused() throws Exception {
    try (var app = GuardedJvm.jvm().start()) {
      FutureTask<String> opened = open(app);
      int written = 0;
      while (!opened.isDone() && written < 50) {
        if (Files.exists(staged)) {
          try (Shell writer = new Shell(db, 5000)) {
            assertEquals("", writer.say("INSERT INTO t(x) VALUES ('meanwhile')"));
            written++;
          }
        }
      }
      assertEquals("ok", opened.get());
      assertTrue(written > 0);
      assertEquals(
          Integer.toString(ROWS + written),
          app.say("sql", "a", "SELECT count(*) FROM t NOT INDEXED"));
      app.end("return");
    }
    assertTrue(Databases.isIntact(db));
    assertTrue(Databases.isIntact(Databases.beside(db, ".bak")));
  }

  private FutureTask<String> open(GuardedJvm.Running app) {
    Callable<String> open = () -> app.say("open", "a", "drivermanager", "jdbc:sqlite:" + db);
    FutureTask<String> opened = new FutureTask<>(open);
    Thread thread = new Thread(opened);
    thread.setDaemon(true);
    thread.start();
    return opened;
  }

  private boolean isCopied() {
    return staged.toFile().length() == db.toFile().length();
  }
}
