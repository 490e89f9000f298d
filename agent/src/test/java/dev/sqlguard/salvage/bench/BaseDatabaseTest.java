package dev.sqlguard.salvage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaseDatabaseTest {
  @TempDir private Path folder;

  private static String value(Path database, String query) throws Exception {
    try (Connection db = RowCursor.open(database)) {
      return String.join(",", TableShape.strings(db, query));
    }
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws Exception {
    Path once = folder.resolve("once.db");
    Path twice = folder.resolve("twice.db");
    Path other = folder.resolve("other.db");
    BaseDatabase.ofMegabytes(2).build(once);
    BaseDatabase.ofMegabytes(2).build(twice);
    new BaseDatabase(43, 2, 4096, "UTF-8").build(other);
    assertEquals(-1, Files.mismatch(once, twice));
    assertTrue(Files.mismatch(once, other) >= 0);
  }

  @ParameterizedTest
  @CsvSource({"4096,UTF-8", "512,UTF-16le", "65536,UTF-16be", "1024,UTF-8"})
  void everyPageSizeAndEncodingGivesASoundDatabaseThatTheWalkerUnderstands(
      int pageSize, String encoding) throws Exception {
    Path file = folder.resolve("base.db");
    new BaseDatabase(1, 3, pageSize, encoding).build(file);
    assertEquals("ok", value(file, "PRAGMA integrity_check"));
    assertEquals(encoding, value(file, "PRAGMA encoding"));
    Original original = Original.read(file, BaseDatabase.SEARCH_TERM);
    Ceiling ceiling = Ceiling.of(file, file);
    assertEquals(original.rows(), ceiling.intact());
    assertTrue(Files.size(file) > 2_900_000, Files.size(file) + " bytes");
  }

  @Test
  void everyKindOfObjectIsThere() throws Exception {
    Path file = folder.resolve("base.db");
    BaseDatabase.ofMegabytes(8).build(file);
    DatabaseImage image = DatabaseImage.read(file);
    PageMap map = new PageMap(image);
    for (PageMap.Kind kind : PageMap.Kind.values()) {
      assertFalse(map.pages(kind).isEmpty(), kind.name());
    }
    assertFalse(map.pages(PageMap.SCHEMA, PageMap.Kind.TABLE_INTERIOR).isEmpty());
    for (String type : List.of("view", "trigger")) {
      assertEquals(
          "2", value(file, "SELECT count(*) FROM sqlite_schema WHERE type='" + type + "'"));
    }
    assertEquals(
        "70",
        value(file, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'cfg@___' ESCAPE '@'"));
    assertTrue(Long.parseLong(value(file, "SELECT count(*) FROM history")) > 0);
    assertTrue(Long.parseLong(value(file, "SELECT count(*) FROM sqlite_stat1")) > 5);
    assertEquals("23", value(file, "PRAGMA user_version"));
    String deleted = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    assertTrue(deleted.contains(BaseDatabase.DELETED_MARKER), "the dropped table's pages stand");
  }
}
