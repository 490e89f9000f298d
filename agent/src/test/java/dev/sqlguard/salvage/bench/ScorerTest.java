package dev.sqlguard.salvage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScorerTest {
  private static final int ROWS = 100;

  @TempDir private Path folder;
  private Path original;
  private Path recovered;

  @BeforeEach
  void buildOriginal() throws Exception {
    original = folder.resolve("original.db");
    recovered = folder.resolve("recovered.db");
    String numbers =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ROWS + ") ";
    execute(
        original,
        "PRAGMA user_version = 9",
        "CREATE TABLE keyed(id INTEGER PRIMARY KEY, x, r REAL DEFAULT 2, d TEXT DEFAULT 'none')",
        "CREATE TABLE bare(a, b)",
        "CREATE TABLE clustered(v, k TEXT PRIMARY KEY) WITHOUT ROWID",
        "CREATE VIRTUAL TABLE words USING fts5(text)",
        "CREATE INDEX ix ON keyed(x)",
        numbers + "INSERT INTO keyed SELECT i, i, i / 2.0, 'd' || i FROM n",
        numbers + "INSERT INTO bare SELECT 'a' || i / 2, i / 2 FROM n",
        numbers + "INSERT INTO clustered SELECT i, 'k' || i FROM n",
        "INSERT INTO words VALUES ('needle'), ('hay'), ('hay and needle')");
  }

  private static void execute(Path file, String... statements) throws SQLException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private Score score() throws SQLException {
    return new Scorer(Original.read(original, "needle"), "DELETED ").score(recovered);
  }

  private Score scoreWith(String... changes) throws Exception {
    Files.copy(original, recovered);
    execute(recovered, changes);
    return score();
  }

  private static void assertTable(
      Score score, String table, long kept, long rowidChanged, long altered, long foreign) {
    Score.TableScore found = score.tables().get(table);
    assertEquals(
        new Score.TableScore(
            ROWS, kept, rowidChanged, ROWS - kept - rowidChanged, altered, foreign, 0, null),
        found,
        table);
  }

  @Test
  void aCopyHasEverything() throws Exception {
    Score score = scoreWith();
    assertTable(score, "keyed", ROWS, 0, 0, 0);
    assertTable(score, "bare", ROWS, 0, 0, 0);
    assertTable(score, "clustered", ROWS, 0, 0, 0);
    assertEquals(score.rows(), score.kept());
    assertEquals(0, score.lost() + score.wrong() + score.rowidChanged());
    assertEquals(List.of("ok"), score.integrity());
    assertEquals(Map.of(), score.pragmas());
    assertEquals(Map.of(), score.searches());
    assertEquals(score.schema().objects(), score.schema().present());
    assertEquals(0, score.quarantine().rows());
  }

  @Test
  void aChangedValueIsAltered() throws Exception {
    Score score =
        scoreWith(
            "UPDATE keyed SET x = 'other' WHERE id = 7",
            "UPDATE clustered SET v = NULL WHERE k = 'k7'",
            "UPDATE bare SET b = -1 WHERE rowid = 7");
    assertTable(score, "keyed", ROWS - 1, 0, 1, 0);
    assertTable(score, "clustered", ROWS - 1, 0, 1, 0);
    assertTable(score, "bare", ROWS - 1, 0, 1, 0);
  }

  @Test
  void aChangedStorageClassIsAltered() throws Exception {
    Score score =
        scoreWith(
            "UPDATE keyed SET x = CAST(x AS REAL) WHERE id = 1",
            "UPDATE keyed SET x = CAST(x AS TEXT) WHERE id = 2",
            "UPDATE keyed SET d = CAST(d AS BLOB) WHERE id = 3");
    assertTable(score, "keyed", ROWS - 3, 0, 3, 0);
  }

  @Test
  void theSignOfZeroAndInvalidTextCount() throws Exception {
    execute(
        original,
        "UPDATE keyed SET x = CAST('-0.0' AS REAL) WHERE id = 1",
        "UPDATE keyed SET x = CAST(x'ff' AS TEXT) WHERE id = 2",
        "UPDATE keyed SET x = CAST(x'610062' AS TEXT) WHERE id = 3");
    assertTable(scoreWith(), "keyed", ROWS, 0, 0, 0);
    execute(
        recovered,
        "UPDATE keyed SET x = 0.0 WHERE id = 1",
        "UPDATE keyed SET x = CAST(x'efbfbd' AS TEXT) WHERE id = 2",
        "UPDATE keyed SET x = 'a' WHERE id = 3");
    assertTable(score(), "keyed", ROWS - 3, 0, 3, 0);
  }

  @Test
  void aRowTooManyIsForeign() throws Exception {
    Score score =
        scoreWith(
            "INSERT INTO keyed VALUES (1000, 1, 1, 1)",
            "INSERT INTO bare SELECT * FROM bare WHERE rowid = 5",
            "INSERT INTO clustered VALUES (1, 'new')");
    assertTable(score, "keyed", ROWS, 0, 0, 1);
    assertTable(score, "bare", ROWS, 0, 0, 1);
    assertTable(score, "clustered", ROWS, 0, 0, 1);
  }

  @Test
  void anotherRowidIsALossOnlyWhereItIsAColumn() throws Exception {
    Score score =
        scoreWith(
            "UPDATE keyed SET id = id + 1000 WHERE id <= 3",
            "UPDATE bare SET rowid = rowid + 1000 WHERE rowid <= 3");
    assertTable(score, "keyed", ROWS - 3, 0, 0, 3);
    assertTable(score, "bare", ROWS - 3, 3, 0, 0);
  }

  @Test
  void deletedRowsAreLost() throws Exception {
    Score score = scoreWith("DELETE FROM keyed WHERE id > 90", "DROP TABLE clustered");
    assertTable(score, "keyed", 90, 0, 0, 0);
    assertTable(score, "clustered", 0, 0, 0, 0);
    assertEquals(List.of("table clustered"), score.schema().missing());
  }

  @Test
  void quarantinedRowsAreComparedAsRecords() throws Exception {
    Score score =
        scoreWith(
            "CREATE TABLE lost_and_found_2(rootpgno, pgno, nfield, id, c0, c1, c2, c3)",
            // As the record has it: no rowid alias, whole reals as integers.
            "INSERT INTO lost_and_found_2 SELECT 2, 2, 4, id, NULL, x, CAST(r AS INTEGER), d"
                + " FROM keyed WHERE id IN (2, 4, 6)",
            "INSERT INTO lost_and_found_2 SELECT 2, 2, 2, NULL, k, v, NULL, NULL"
                + " FROM clustered WHERE k = 'k1'",
            "INSERT INTO lost_and_found_2 VALUES (2, 2, 2, NULL, 5, 5, NULL, NULL)",
            "INSERT INTO lost_and_found_2 VALUES (2, 2, 2, 9, NULL, 'DELETED row', NULL, NULL)",
            "DELETE FROM keyed WHERE id IN (2, 4)",
            "DELETE FROM clustered WHERE k = 'k1'");
    assertEquals(new Score.Quarantine(6, 3, 1, 2, 1), score.quarantine());
    assertEquals(2, score.tables().get("keyed").lostInQuarantine());
    assertEquals(1, score.tables().get("clustered").lostInQuarantine());
    assertEquals(List.of(), score.schema().extra());
  }

  @Test
  void shortRecordsAreRecognisedInQuarantine() throws Exception {
    execute(original, "UPDATE keyed SET r = 2, d = 'none' WHERE id = 8");
    Score score =
        scoreWith(
            "CREATE TABLE lost_and_found(rootpgno, pgno, nfield, id, c0, c1)",
            "INSERT INTO lost_and_found VALUES (2, 2, 2, 8, NULL, 8)",
            "INSERT INTO lost_and_found VALUES (2, 2, 2, 9, NULL, 9)",
            "DELETE FROM keyed WHERE id IN (8, 9)");
    assertEquals(1, score.tables().get("keyed").lostInQuarantine());
    assertEquals(new Score.Quarantine(2, 1, 0, 1, 0), score.quarantine());
  }

  @Test
  void schemaAndSettingsAreCompared() throws Exception {
    Score score =
        scoreWith(
            "DROP INDEX ix",
            "CREATE INDEX ix ON keyed(d)",
            "CREATE VIEW v AS SELECT 1",
            "PRAGMA user_version = 0");
    assertEquals(List.of("index ix"), score.schema().differing());
    assertEquals(List.of("view v"), score.schema().extra());
    assertEquals(Map.of("user_version", "9 -> 0"), score.pragmas());
  }

  @Test
  void textIndexesMustAnswer() throws Exception {
    Score score = scoreWith("DELETE FROM words WHERE rowid = 1");
    assertEquals(Map.of("words", "2 -> 1"), score.searches());
  }

  @Test
  void textIsComparedAcrossEncodings() throws Exception {
    execute(original, "UPDATE keyed SET x = 'Ω' || x");
    execute(
        recovered,
        "PRAGMA encoding = 'UTF-16le'",
        "CREATE TABLE keyed(id INTEGER PRIMARY KEY, x, r REAL DEFAULT 2, d TEXT DEFAULT 'none')");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + recovered);
        Statement statement = db.createStatement()) {
      for (int id = 1; id <= ROWS; id++) {
        statement.execute(
            "INSERT INTO keyed VALUES (%d, 'Ω%d', %s, 'd%d')".formatted(id, id, id / 2.0, id));
      }
    }
    Score score = score();
    assertTable(score, "keyed", ROWS, 0, 0, 0);
    assertEquals(
        Map.of("encoding", "UTF-8 -> UTF-16le", "user_version", "9 -> 0"), score.pragmas());
  }

  @Test
  void nothingIsLeftOfAMissingAnEmptyOrABrokenFile() throws Exception {
    Score missing = score();
    assertEquals(missing.rows(), missing.lost());
    assertNotEquals(List.of("ok"), missing.integrity());
    Files.createFile(recovered);
    Score empty = score();
    assertEquals(empty.rows(), empty.lost());
    assertEquals(empty.schema().objects(), empty.schema().missing().size());
    Files.writeString(recovered, "not a database".repeat(1000));
    Score broken = score();
    assertEquals(broken.rows(), broken.lost());
    assertTrue(broken.pragmas().keySet().containsAll(Set.of("encoding", "user_version")));
  }
}
