package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Overflow pages without end are the sign of a hostile file; these are only many. */
class LongTextsTest {
  @TempDir private Path folder;

  @Test
  void aSchemaOfLongTextsComesOutWhole() throws Exception {
    Path file = folder.resolve("app.db");
    int tables = 400;
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, "BEGIN");
      String comment = "/*" + "long ".repeat(4500) + "*/";
      for (int i = 0; i < tables; i++) {
        WrittenDatabase.run(
            db,
            "CREATE TABLE t" + i + "(id INTEGER PRIMARY KEY, x" + comment + ")",
            "INSERT INTO t" + i + " VALUES (1, 'hello')");
      }
      WrittenDatabase.run(db, "COMMIT");
    }
    TableDump before = TableDump.of(file);
    assertEquals(tables, before.schema().size());
    DamagedImage image = new DamagedImage(file);
    image.zero(1).write();
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(before.schema(), salvaged.dump().schema());
    assertEquals(before.tables(), salvaged.dump().tables());
  }

  /** Each length that is wrong took as much away from the others as it claimed. */
  @Test
  void wrongLengthsTakeNothingFromLongRowsInQuarantine() throws Exception {
    Path file = folder.resolve("app.db");
    int rows = 60;
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(
          db,
          "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, x TEXT)",
          TrapsTest.NUMBERS.formatted(rows)
              + "INSERT INTO t SELECT i, 'name' || i, 'begins' || hex(randomblob(10000)) || 'ends'"
              + " FROM n");
    }
    int wrong = 0;
    DamagedImage image = new DamagedImage(file);
    for (int page = 2; page <= image.pages() && wrong < 4; page++) {
      if (image.type(page) == 13 && image.cells(page) > 0) {
        int cell = image.at(page) + image.u16(image.at(page) + 8);
        assertEquals(0x81, image.u8(cell));
        image.put(cell, 0xff);
        wrong++;
      }
    }
    image.zero(1).write();
    Salvaged salvaged = Salvaged.of(file);
    List<String> kept = salvaged.quarantined();
    long whole = kept.stream().filter(row -> row.contains("ends")).count();
    assertTrue(
        wrong > 0 && whole >= rows - wrong, wrong + " wrong, " + whole + " of " + kept.size());
  }
}
