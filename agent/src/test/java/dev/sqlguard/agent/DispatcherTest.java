package dev.sqlguard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sqlguard.guard.Gate;
import dev.sqlguard.guard.Guard;
import dev.sqlguard.guard.Log;
import dev.sqlguard.guard.Settings;
import dev.sqlguard.it.slow.core.DB;
import dev.sqlguard.store.Disk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What woven code calls, as far as it goes without a driver. */
class DispatcherTest {
  /** The bridge would swallow it too, and nobody would learn that the database isn't guarded. */
  @Test
  void anErrorOfOursLetsTheOpenPassAndIsSaidOnce(@TempDir Path directory) throws Exception {
    Path db = Files.write(directory.resolve("app.db"), new byte[512]);
    Settings settings = Options.read("", new Properties(), Map.of()).settings();
    Log log = new Log(Log.Level.OFF, Optional.empty());
    List<String> warnings = new ArrayList<>();
    log.listen((warning, line) -> warnings.add(line));
    Gate gate = new Gate(new Guard(settings, log, new Disk(), Optional::empty), settings);
    Dispatcher dispatcher =
        new Dispatcher(
            gate,
            log,
            Optional::empty,
            () -> {
              throw new AssertionError("as told");
            });
    assertNull(dispatcher.apply(new DB(), new Object[] {db.toString(), 6}));
    assertEquals(1, warnings.size(), warnings::toString);
    assertNull(dispatcher.apply(new DB(), Boolean.TRUE));
  }
}
