package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/** What the guard worked with can't be deleted: its verdict stands all the same, in one line. */
class FailedCleaningTest {
  @TempDir Path directory;
  private final List<String> lines = new ArrayList<>();

  /** Once the outcome is said, nothing can be deleted. */
  private final class Sticky extends WatchedSyscalls {
    @Override
    protected void before(Call call) throws IOException {
      if (call.kind() == Call.Kind.UNLINK && !lines.isEmpty()) {
        throw new IOException("Input/output error");
      }
    }
  }

  private Outcome start(Path db, Settings.OnDamage onDamage, boolean readOnly) {
    Log log = new Log(Log.Level.OFF, Optional.empty());
    log.listen((warning, line) -> lines.add(line));
    Target target = new Target(db, db, readOnly, true, true);
    Settings settings =
        new Settings(
            true,
            List.of(),
            List.of(),
            2,
            Optional.empty(),
            Duration.ZERO,
            Settings.Check.FULL,
            Duration.ZERO,
            onDamage,
            Settings.OnUnrecoverable.REFUSE,
            100,
            true,
            3,
            Optional.empty(),
            Duration.ofSeconds(5),
            true);
    return new Guard(settings, log, new Disk(new Sticky()), Optional::empty)
        .beforeFirstOpen(target, new JdbcDriver(DB.class, () -> true));
  }

  private Path damaged() throws Exception {
    Path db = directory.resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.damage(db);
    return db;
  }

  private void assertOneLine() {
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.get(0).contains("DAMAGED"), lines.toString());
  }

  @Test
  void aRepairIsOne() throws Exception {
    Path db = damaged();
    Outcome outcome = start(db, Settings.OnDamage.REPAIR, false);
    assertEquals(Outcome.READ, outcome);
    assertTrue(Files.exists(CrashTest.beside(db, ".corrupt")));
    assertOneLine();
  }

  @Test
  void aDamagedDatabaseIsRefused() throws Exception {
    assertTrue(start(damaged(), Settings.OnDamage.REPORT, false).refusal().isPresent());
    assertOneLine();
  }

  @Test
  void aDamagedDatabaseIsRefusedToAReaderToo() throws Exception {
    assertTrue(start(damaged(), Settings.OnDamage.REPAIR, true).refusal().isPresent());
    assertOneLine();
  }
}
