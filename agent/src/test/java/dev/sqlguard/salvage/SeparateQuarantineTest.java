package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.Replay;
import dev.sqlguard.store.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that can't be trusted, in a file of their own: the salvaged schema is the original's. */
class SeparateQuarantineTest {
  @TempDir Path directory;
  private Path db;
  private Path out;
  private Path quarantine;

  @BeforeEach
  void create() throws Exception {
    db = directory.resolve("a.db");
    out = directory.resolve("out.db");
    quarantine = directory.resolve("quarantine.db");
    execute(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x)",
        "CREATE INDEX ix ON t(id, length(x))",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)"
            + " INSERT INTO t SELECT i, hex(randomblob(20)) FROM n",
        "INSERT INTO t VALUES (100, 'begins ' || hex(zeroblob(10000)))");
  }

  private void execute(String... statements) throws Exception {
    try (Connection connection = open(db);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private static Connection open(Path file) {
    try {
      return DriverManager.getConnection("jdbc:sqlite:" + file);
    } catch (java.sql.SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> query(Path file, String query) throws Exception {
    try (Connection connection = open(file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  private SalvageReport salvage() throws IOException {
    SalvageOptions options =
        new SalvageOptions(Optional.empty(), false, Optional.of(quarantine), true, false);
    try (DamagedFile image = DamagedFile.open(db, Replay.STRICT)) {
      return new Salvage(
              image, options, SeparateQuarantineTest::open, SalvageProgress.none(), new Disk())
          .into(out);
    }
  }

  /** The chain of a long value leads nowhere. */
  private void cutTheLongValue() throws Exception {
    int page =
        Integer.parseInt(
            query(db, "SELECT pageno FROM dbstat WHERE pagetype = 'overflow' ORDER BY pageno")
                .get(0));
    try (RandomAccessFile file = new RandomAccessFile(db.toFile(), "rw")) {
      file.seek((page - 1) * 4096L);
      file.writeInt(0x7fffffff);
    }
  }

  @Test
  void rowsThatCannotBeTrustedStandInTheirOwnFile() throws Exception {
    List<String> schema = query(db, "SELECT sql FROM sqlite_schema");
    cutTheLongValue();
    SalvageReport report = salvage();
    assertEquals(schema, query(out, "SELECT sql FROM sqlite_schema"));
    assertEquals(List.of("50"), query(out, "SELECT count(*) FROM t"));
    assertEquals(1, report.quarantined());
    assertEquals(List.of("100"), query(quarantine, "SELECT id FROM lost_and_found"));
    assertTrue(query(quarantine, "SELECT c1 FROM lost_and_found").get(0).startsWith("begins 00"));
    for (Path file : List.of(out, quarantine)) {
      assertEquals(List.of("ok"), query(file, "PRAGMA integrity_check"));
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  void thereIsNoSuchFileWithoutARow() throws Exception {
    int page = Integer.parseInt(query(db, "SELECT min(pageno) FROM dbstat WHERE name='ix'").get(0));
    try (RandomAccessFile file = new RandomAccessFile(db.toFile(), "rw")) {
      file.seek((page - 1) * 4096L);
      file.write(new byte[4096]);
    }
    assertEquals(0, salvage().quarantined());
    assertEquals(List.of("51"), query(out, "SELECT count(*) FROM t"));
    assertFalse(Files.exists(quarantine));
  }
}
