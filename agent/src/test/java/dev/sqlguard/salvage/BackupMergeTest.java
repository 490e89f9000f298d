package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of a backup stand in for destroyed ones, and for these only. */
class BackupMergeTest {
  @TempDir private Path folder;
  private Path file;
  private Path backup;

  @BeforeEach
  void names() {
    file = folder.resolve("app.db");
    backup = folder.resolve("backup.db");
  }

  private static void run(Path file, String... statements) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, statements);
    }
  }

  private void build(String definition, String... more) throws Exception {
    run(
        file,
        "PRAGMA page_size = 1024",
        definition,
        TrapsTest.NUMBERS.formatted(500) + "INSERT INTO t SELECT i, 'row ' || i FROM n");
    run(file, more);
    Files.copy(file, backup);
  }

  /** Destroys the third leaf of t; how many rows that costs. */
  private int destroy() throws Exception {
    DamagedImage image = new DamagedImage(file);
    int root = DamagedImage.root(file, "t");
    int leaf = image.child(root, 2);
    int rows = image.cells(leaf);
    image.zero(leaf).write();
    return rows;
  }

  private static void assertSound(Salvaged salvaged) throws Exception {
    assertEquals(List.of(), salvaged.findings());
  }

  @Test
  void destroyedRowsComeFromTheBackup() throws Exception {
    build("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT UNIQUE)");
    List<String> before = TableDump.of(file).tables().get("t");
    int lost = destroy();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertSound(salvaged);
    assertEquals(before, salvaged.rows("t"));
    assertEquals(lost, salvaged.outcome("t").fromBackup());
  }

  @Test
  void withoutARowidTheyDoToo() throws Exception {
    build("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT) WITHOUT ROWID");
    List<String> before = TableDump.of(file).tables().get("t");
    destroy();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertSound(salvaged);
    assertEquals(before, salvaged.rows("t"));
  }

  @Test
  void notIfTheOwnerDoesntWantIt() throws Exception {
    build("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
    int lost = destroy();
    Salvaged salvaged = Salvaged.of(file, Optional.of(backup), false);
    assertSound(salvaged);
    assertEquals(500 - lost, salvaged.rows("t").size());
    assertEquals(0, salvaged.report().fromBackup());
  }

  @Test
  void neverWhereAKeySurvives() throws Exception {
    build("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
    run(file, "UPDATE t SET x = 'newer ' || id", "DELETE FROM t WHERE id % 50 = 0");
    List<String> newer = TableDump.of(file).tables().get("t");
    int lost = destroy();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertSound(salvaged);
    List<String> kept = new ArrayList<>(salvaged.rows("t"));
    kept.retainAll(newer);
    assertEquals(newer.size() - lost, kept.size());
    List<String> old = new ArrayList<>(salvaged.rows("t"));
    old.removeAll(newer);
    assertTrue(old.size() >= lost && old.size() <= lost + 2, old.toString());
    // Deleted since, on a page that is intact.
    assertFalse(salvaged.rows("t").contains("[500] 500, 'row 500'"));
  }

  @Test
  void neverAgainstAUniqueIndex() throws Exception {
    build("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT UNIQUE)");
    DamagedImage image = new DamagedImage(file);
    int leaf = image.child(DamagedImage.root(file, "t"), 2);
    long first = image.u8(image.cell(leaf, 0) + 1);
    run(file, "UPDATE t SET x = x || '!' WHERE id = " + first);
    run(file, "INSERT INTO t VALUES (1000, 'row " + first + "')");
    destroy();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertSound(salvaged);
    assertTrue(salvaged.rows("t").contains("[1000] 1000, 'row " + first + "'"));
    assertFalse(salvaged.rows("t").contains("[%d] %d, 'row %d'".formatted(first, first, first)));
  }

  @Test
  void notIntoATableThatHasAnotherShapeNow() throws Exception {
    build("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
    run(file, "ALTER TABLE t ADD COLUMN y DEFAULT 7");
    int lost = destroy();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertSound(salvaged);
    assertEquals(500 - lost, salvaged.rows("t").size());
    assertEquals(0, salvaged.report().fromBackup());
  }

  @Test
  void notWhereRowidsMeanOtherRowsSinceAVacuum() throws Exception {
    build("CREATE TABLE t(id INTEGER, x TEXT)");
    run(file, "DELETE FROM t WHERE id % 3 = 0", "VACUUM");
    int lost = destroy();
    int rows = 500 - 500 / 3;
    Salvaged salvaged = Salvaged.with(backup, file);
    assertSound(salvaged);
    assertEquals(rows - lost, salvaged.rows("t").size());
    assertEquals(0, salvaged.report().fromBackup());
  }

  @Test
  void aBackupInAnotherEncodingIsOfNoUse() throws Exception {
    build("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)");
    Files.delete(backup);
    run(
        backup,
        "PRAGMA encoding = 'UTF-16le'",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        TrapsTest.NUMBERS.formatted(500) + "INSERT INTO t SELECT i, 'row ' || i FROM n");
    int lost = destroy();
    Salvaged salvaged = Salvaged.with(backup, file);
    assertSound(salvaged);
    assertEquals(500 - lost, salvaged.rows("t").size());
  }
}
