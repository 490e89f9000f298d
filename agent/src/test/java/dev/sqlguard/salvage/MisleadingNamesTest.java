package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and words in a schema that mean something else than they seem to. */
class MisleadingNamesTest {
  @TempDir Path directory;

  private Path written(String... statements) throws Exception {
    Path file = directory.resolve("app.db");
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, statements);
    }
    return file;
  }

  /** So that there is something to quarantine, as far as anybody can know. */
  private static void damage(Path file, int page) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek((page - 1) * 4096L);
      bytes.write(new byte[4096]);
    }
  }

  @Test
  void autoincrementInAComment() throws Exception {
    Path file =
        written(
            "CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, x)",
            "INSERT INTO counted VALUES (7, 'x')",
            "CREATE TABLE w(k TEXT PRIMARY KEY /* no AUTOINCREMENT */) WITHOUT ROWID",
            "INSERT INTO w VALUES ('a')",
            "CREATE TABLE r(x DEFAULT 'AUTOINCREMENT', \"autoincrement\") -- AUTOINCREMENT",
            "INSERT INTO r VALUES (1, 2)",
            "CREATE TABLE hides(id INTEGER PRIMARY KEY AUTOINCREMENT, _rowid_)",
            "INSERT INTO hides VALUES (3, 99)",
            "DELETE FROM sqlite_sequence");
    Salvaged salvaged = Salvaged.of(file);
    assertTrue(salvaged.report().isComplete());
    assertEquals(List.of(), salvaged.findings());
    assertEquals(List.of("[1] 'counted', 7", "[2] 'hides', 3"), salvaged.rows("sqlite_sequence"));
  }

  @Test
  void aTableWithTheNameOfTheQuarantine() throws Exception {
    Path file =
        written(
            "CREATE TABLE LOST_AND_FOUND(x)",
            "INSERT INTO LOST_AND_FOUND VALUES ('keys'), ('gloves')",
            "CREATE TABLE Lost_And_Found_Wide(x)",
            "CREATE INDEX lost_AND_found_0 ON LOST_AND_FOUND(x)",
            "CREATE TABLE t(x)",
            "INSERT INTO t VALUES (1)");
    damage(file, 5);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(List.of("[1] 'keys'", "[2] 'gloves'"), salvaged.rows("LOST_AND_FOUND"));
  }

  @Test
  void anIndexWithTheNameOfACollation() throws Exception {
    Path file =
        written(
            "CREATE TABLE t(x TEXT, y)",
            "CREATE INDEX nocase ON t(y)",
            "INSERT INTO t VALUES ('a', 1), ('b', 2)");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertEquals(TableDump.of(file).tables(), salvaged.dump().tables());
  }

  @Test
  void anIndexWithTheNameOfATable() throws Exception {
    Path file =
        written(
            "CREATE TABLE t(x TEXT)",
            "CREATE TABLE u(x TEXT)",
            "CREATE INDEX i ON t(x)",
            "INSERT INTO t VALUES ('a'), ('b')",
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_schema SET name = 'U', sql = 'CREATE INDEX U ON t(x)' WHERE name = 'i'");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertFalse(salvaged.rows("t").isEmpty());
  }
}
