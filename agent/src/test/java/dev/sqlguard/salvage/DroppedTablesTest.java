package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old leaves of the schema stand on free pages. */
class DroppedTablesTest {
  private static final int TABLES = 40;

  @TempDir Path directory;

  @Test
  void stayDroppedWhereTheSchemaIsDamaged() throws Exception {
    Path file = directory.resolve("app.db");
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, "PRAGMA page_size = 1024", "PRAGMA secure_delete = OFF");
      for (String prefix : List.of("kept_", "gone_")) {
        for (int i = 0; i < TABLES; i++) {
          WrittenDatabase.run(
              db,
              "CREATE TABLE " + prefix + i + "(a TEXT, b INTEGER /* " + "x".repeat(100) + " */)",
              "INSERT INTO " + prefix + i + " VALUES('" + prefix + i + "', " + i + ")");
        }
      }
      for (int i = 0; i < TABLES; i++) {
        WrittenDatabase.run(db, "DROP TABLE gone_" + i);
      }
    }
    DamagedImage image = new DamagedImage(file);
    image.find("CREATE TABLE gone_");
    assertEquals(5, image.u8(100), "an interior page");
    int firstCell = image.u16(100 + 12);
    image.zero(image.u32(firstCell)).write();
    Salvaged salvaged = Salvaged.of(file);
    List<String> tables = List.copyOf(salvaged.dump().tables().keySet());
    assertTrue(tables.stream().noneMatch(name -> name.startsWith("gone_")), tables.toString());
    assertTrue(tables.contains("kept_" + (TABLES - 1)), tables.toString());
  }
}
