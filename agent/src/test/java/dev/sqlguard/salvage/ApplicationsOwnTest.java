package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.Collation;
import org.sqlite.Function;

/** Collations and functions that only the application has. */
class ApplicationsOwnTest {
  @TempDir private Path folder;

  private static Connection open(Path file) throws SQLException {
    Connection db = WrittenDatabase.open(file);
    Collation.create(
        db,
        "backwards",
        new Collation() {
          @Override
          protected int xCompare(String a, String b) {
            return b.compareTo(a);
          }
        });
    Function.create(
        db,
        "twice",
        new Function() {
          @Override
          protected void xFunc() throws SQLException {
            result(2 * value_int(0));
          }
        },
        1,
        Function.FLAG_DETERMINISTIC);
    return db;
  }

  @Test
  void rowsAreThereAndTheIndexIsLeftOut() throws Exception {
    Path file = folder.resolve("app.db");
    try (Connection db = open(file)) {
      WrittenDatabase.run(
          db,
          "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT, n INTEGER)",
          "CREATE TABLE u(x TEXT COLLATE backwards UNIQUE)",
          "CREATE TABLE w(k TEXT COLLATE backwards PRIMARY KEY, v) WITHOUT ROWID",
          "CREATE INDEX tx ON t(x COLLATE backwards)",
          "CREATE INDEX tn ON t(twice(n))",
          "CREATE INDEX plain ON t(n)",
          TrapsTest.NUMBERS.formatted(300) + "INSERT INTO t SELECT i, 'x' || i, i FROM n",
          TrapsTest.NUMBERS.formatted(300) + "INSERT INTO u SELECT 'x' || i FROM n",
          TrapsTest.NUMBERS.formatted(300) + "INSERT INTO w SELECT 'k' || i, i FROM n");
    }
    new DamagedImage(file).zeroHeader().write();
    Salvaged salvaged = Salvaged.of(file);
    List<String> lost = salvaged.report().objectsLost();
    assertTrue(lost.stream().anyMatch(l -> l.startsWith("index tx: ")), lost.toString());
    assertTrue(lost.stream().anyMatch(l -> l.startsWith("index tn: ")), lost.toString());
    assertTrue(
        lost.stream().anyMatch(l -> l.startsWith("index sqlite_autoindex_u_1 is empty: ")),
        lost.toString());
    assertEquals(3, lost.size(), lost.toString());
    try (Connection db = open(salvaged.out())) {
      WrittenDatabase.run(db, "REINDEX backwards");
      WrittenDatabase.assertIntact(db, "with the application's collation");
      assertEquals("300", WrittenDatabase.text(db, "SELECT count(*) FROM t"));
      assertEquals("1", WrittenDatabase.text(db, "SELECT count(*) FROM u WHERE x = 'x7'"));
      assertEquals("7", WrittenDatabase.text(db, "SELECT v FROM w WHERE k = 'k7'"));
      assertEquals("7", WrittenDatabase.text(db, "SELECT id FROM t INDEXED BY plain WHERE n = 7"));
    }
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + salvaged.out())) {
      assertEquals("300", WrittenDatabase.text(db, "SELECT count(*) FROM u NOT INDEXED"));
    }
  }
}
