package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Databases of another process, healthy and damaged, that nobody else may read: left alone with
 * their backups, with old drivers. The newest one, and more kinds of use, are in {@link InUseIT}.
 */
class LockedByOthersIT {
  private static final int ROWS = 300;
  private static final int APPS = 3;
  private static final Map<String, List<String>> LOCKS = new LinkedHashMap<>();

  static {
    LOCKS.put("transaction", List.of("BEGIN EXCLUSIVE"));
    LOCKS.put("rollback", List.of("PRAGMA locking_mode=EXCLUSIVE", "CREATE TABLE mine(a)"));
    LOCKS.put(
        "log",
        List.of(
            "PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "CREATE TABLE mine(a)"));
  }

  @TempDir Path directory;

  /** All at once, since the guard waits for each of them for a while. */
  @ParameterizedTest
  @ValueSource(strings = {"3.7.2", "3.28.0"})
  void areLeftAlone(String driver) throws Exception {
    List<Path> databases = new ArrayList<>();
    List<GuardedJvm.Running> apps = new ArrayList<>();
    try (var owner = GuardedJvm.jvm().unguarded().start();
        var earlier = Drivers.jvm(driver).start()) {
      for (boolean damaged : new boolean[] {false, true}) {
        for (Map.Entry<String, List<String>> lock : LOCKS.entrySet()) {
          Path folder = Files.createDirectory(directory.resolve(lock.getKey() + damaged));
          Path db = folder.toRealPath().resolve("app.db");
          databases.add(db);
          Databases.create(db, ROWS);
          earlier.ok("open", "a", "drivermanager", "jdbc:sqlite:" + db).ok("close", "a");
          if (damaged) {
            Databases.damage(db, "ix", 1);
          }
          owner.ok("open", db.toString(), "drivermanager", "jdbc:sqlite:" + db);
          for (String statement : lock.getValue()) {
            owner.say("sql", db.toString(), statement);
          }
        }
      }
      List<Map<String, String>> before = new ArrayList<>();
      List<List<String>> locks = new ArrayList<>();
      for (Path db : databases) {
        before.add(contents(db));
        locks.add(KernelView.locks(owner.pid(), db));
        assertFalse(locks.get(locks.size() - 1).isEmpty(), db::toString);
      }
      for (int i = 0; i < APPS; i++) {
        apps.add(Drivers.jvm(driver).options("backup-spacing=0s").start());
      }
      for (int i = 0; i < databases.size(); i++) {
        apps.get(i % APPS)
            .tell("open", "a" + i, "drivermanager", "jdbc:sqlite:" + databases.get(i));
      }
      List<String> lines = new ArrayList<>();
      for (GuardedJvm.Running app : apps) {
        var ended = app.end("return");
        assertEquals(List.of("ok", "ok"), ended.output(), ended.errors()::toString);
        lines.addAll(ended.guardLines());
      }
      for (int i = 0; i < databases.size(); i++) {
        Path db = databases.get(i);
        assertEquals(before.get(i), contents(db), lines::toString);
        assertEquals(locks.get(i), KernelView.locks(owner.pid(), db));
        // At exit there is another one, about the log that couldn't be folded in.
        String about = "sqlguard: " + db + ": can't be judged";
        assertEquals(
            1, lines.stream().filter(line -> line.startsWith(about)).count(), lines::toString);
      }
    } finally {
      for (GuardedJvm.Running app : apps) {
        app.close();
      }
    }
  }

  /** Without the state file, in which the guard notes that it was there. */
  private static Map<String, String> contents(Path db) throws Exception {
    Map<String, String> contents = Images.contentsOf(db.getParent());
    contents.remove(db.getFileName() + ".sqlguard");
    return contents;
  }
}
