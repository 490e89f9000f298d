package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.it.Shell;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.WatchedSyscalls;
import dev.sqlguard.verify.IntegrityCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/** A missing database is restored by hand, while an application makes a new one in its place. */
class MissingFileTest {
  @TempDir Path directory;
  private Path db;
  private final AtomicReference<Shell> application = new AtomicReference<>();

  @BeforeEach
  void create() throws Exception {
    Shell.assumePresent();
    db = directory.toRealPath().resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.start(db, new Disk());
    Files.delete(db);
  }

  private Restoration.Result restoring(Kind kind, String end, String... statements)
      throws IOException {
    Disk disk =
        new Disk(
            new WatchedSyscalls() {
              @Override
              protected void before(Call call) throws IOException {
                if (call.is(kind, end) && application.get() == null) {
                  application.set(new Shell(db, 0));
                  for (String statement : statements) {
                    application.get().say(statement);
                  }
                }
              }
            });
    IntegrityCheck check = new IntegrityCheck(new JdbcDriver(DB.class, () -> true));
    return new Restoration(db, Optional.empty(), check, disk).newestBackup();
  }

  @Test
  void whoComesBeforeTheNameIsTakenKeepsHisLog() throws Exception {
    assertThrows(
        IOException.class,
        () ->
            restoring(
                Kind.CREATE,
                "app.db",
                "PRAGMA journal_mode=WAL",
                "CREATE TABLE orders(x)",
                "INSERT INTO orders VALUES (1)"));
    assertEquals("", application.get().say("INSERT INTO orders VALUES (2)"));
    application.get().close();
    try (Shell shell = new Shell(db, 0)) {
      assertEquals("2", shell.say("SELECT count(*) FROM orders"));
    }
  }

  @Test
  void whoComesAfterItWaits() throws Exception {
    Restoration.Result result = restoring(Kind.RENAME, "-install", "CREATE TABLE orders(x)");
    assertTrue(result instanceof Restoration.Result.Installed, "" + result);
    assertTrue(Shell.isBusy(application.get().say("CREATE TABLE orders(x)")));
    application.get().close();
    assertEquals(CrashTest.ROWS, CrashTest.rows(db));
  }
}
