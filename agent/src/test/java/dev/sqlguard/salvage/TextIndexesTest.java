package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text indexes that can't be asked, or that their application keeps as it wants them. */
class TextIndexesTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("app.db");
  }

  private void write(String... statements) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, statements);
    }
  }

  private void zero(String table) throws Exception {
    int root;
    try (Connection db = WrittenDatabase.open(file)) {
      root =
          Integer.parseInt(
              WrittenDatabase.text(
                  db, "SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'"));
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek((root - 1) * 4096L);
      bytes.write(new byte[4096]);
    }
  }

  private static void assertNoted(Salvaged salvaged, String text) {
    List<String> notes = salvaged.report().notes();
    assertTrue(notes.stream().anyMatch(note -> note.contains(text)), notes::toString);
  }

  private void withTokenizersOfAnApplication() throws Exception {
    write(
        "CREATE TABLE t(x)",
        "INSERT INTO t VALUES (1)",
        "CREATE VIRTUAL TABLE f USING fts5(body, tokenize='porter')",
        "CREATE VIRTUAL TABLE g USING fts4(body, tokenize=porter)",
        "INSERT INTO f VALUES ('some words')",
        "INSERT INTO g VALUES ('some words')",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'porter', 'company') WHERE name IN ('f', 'g')");
  }

  @Test
  void tokenizersOfAnApplication() throws Exception {
    withTokenizersOfAnApplication();
    TableDump before = TableDump.of(file);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(before.schema(), salvaged.dump().schema());
    assertEquals(before.tables(), salvaged.dump().tables());
    assertTrue(salvaged.report().isComplete());
    assertNoted(salvaged, "text index f can't be checked here");
    assertNoted(salvaged, "text index g can't be checked here");
  }

  @Test
  void tokenizersOfAnApplicationAndDamage() throws Exception {
    withTokenizersOfAnApplication();
    TableDump before = TableDump.of(file);
    zero("f_data");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(before.schema(), salvaged.dump().schema());
    assertNoted(salvaged, "text index f can't be checked here");
    assertNoted(salvaged, "needs a 'rebuild'");
  }

  private void outOfStep() throws Exception {
    write(
        "CREATE TABLE docs(id INTEGER PRIMARY KEY, body TEXT)",
        "CREATE TABLE other(x)",
        "INSERT INTO other VALUES (1)",
        "CREATE VIRTUAL TABLE g USING fts4(content=\"docs\", body)",
        "CREATE VIRTUAL TABLE none USING fts4(content=\"\", body)",
        "INSERT INTO none(rowid, body) VALUES (1, 'nowhere')",
        "INSERT INTO docs VALUES (1, 'one'), (2, 'two')",
        "INSERT INTO g(g) VALUES ('rebuild')",
        "UPDATE docs SET body = 'three' WHERE id = 2");
  }

  private static String search(Path file, String word) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      return WrittenDatabase.text(db, "SELECT rowid FROM g WHERE g MATCH '" + word + "'");
    }
  }

  @Test
  void anIndexThatItsApplicationKeepsOutOfStep() throws Exception {
    outOfStep();
    TableDump before = TableDump.of(file);
    zero("other");
    Salvaged salvaged = Salvaged.of(file);
    TableDump after = salvaged.dump();
    before.schema().forEach((name, sql) -> assertEquals(sql, after.schema().get(name)));
    for (String shadow : before.shadows()) {
      assertEquals(before.tables().get(shadow), after.tables().get(shadow), shadow);
    }
    assertEquals("2", search(salvaged.out(), "two"));
    assertNoted(salvaged, "text index g disagrees with its content, as it did");
  }

  @Test
  void anIndexThatLostPartOfItself() throws Exception {
    outOfStep();
    zero("g_segdir");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals("2", search(salvaged.out(), "three"));
    assertNoted(salvaged, "text index g was built anew");
  }

  @Test
  void anIndexWhoseContentLostRows() throws Exception {
    outOfStep();
    zero("docs");
    Salvaged salvaged = Salvaged.of(file);
    assertEquals("", search(salvaged.out(), "one"));
    assertEquals(List.of(), salvaged.findings());
  }
}
