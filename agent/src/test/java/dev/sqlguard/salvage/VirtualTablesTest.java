package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.OddDatabases;
import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text indexes and R-Trees whose shadow tables lost something. */
class VirtualTablesTest {
  @TempDir private Path folder;

  private static String ask(Salvaged salvaged, String query) throws Exception {
    try (Connection db = WrittenDatabase.open(salvaged.out())) {
      return WrittenDatabase.text(db, query);
    }
  }

  private static void assertSound(Salvaged salvaged) throws Exception {
    assertEquals(List.of(), salvaged.findings());
  }

  private static Path fts(Path file, String module) throws Exception {
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(
          db,
          "PRAGMA page_size = 1024",
          "CREATE VIRTUAL TABLE f USING " + module + "(title, body)",
          TrapsTest.NUMBERS.formatted(300)
              + "INSERT INTO f(rowid, title, body)"
              + " SELECT i, 'title ' || i, 'word' || (i % 10) || ' everywhere' FROM n");
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"fts3", "fts4", "fts5"})
  void textIsFoundOnlyWhereItSurvived(String module) throws Exception {
    Path file = fts(folder.resolve("app.db"), module);
    int content = DamagedImage.root(file, "f_content");
    DamagedImage image = new DamagedImage(file);
    int leaf = image.child(content, 2);
    int lost = image.cells(leaf);
    image.zero(leaf).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(300 - lost, salvaged.rows("f").size());
    assertEquals(
        Integer.toString(300 - lost),
        ask(salvaged, "SELECT count(*) FROM f WHERE f MATCH 'everywhere'"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"f_data", "f_idx", "f_docsize", "f_config"})
  void aTextIndexIsBuiltAnewFromItsContent(String shadow) throws Exception {
    Path file = fts(folder.resolve("app.db"), "fts5");
    List<String> before = TableDump.of(file).tables().get("f");
    DamagedImage image = new DamagedImage(file);
    image.randomize(DamagedImage.root(file, shadow)).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before, salvaged.rows("f"));
    assertEquals("30", ask(salvaged, "SELECT count(*) FROM f WHERE f MATCH 'word3'"));
  }

  @Test
  void aShadowTableThatTheSchemaHasLostIsMadeAnew() throws Exception {
    Path file = fts(folder.resolve("app.db"), "fts5");
    List<String> before = TableDump.of(file).tables().get("f");
    DamagedImage image = new DamagedImage(file);
    image.put(image.find("CREATE TABLE 'f_docsize'"), '#').write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(before, salvaged.rows("f"));
    assertEquals("30", ask(salvaged, "SELECT count(*) FROM f WHERE f MATCH 'word3'"));
  }

  @Test
  void anIndexOfExternalContentForgetsWhatTheContentHasLost() throws Exception {
    Path file = folder.resolve("app.db");
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(
          db,
          "PRAGMA page_size = 1024",
          "CREATE TABLE docs(id INTEGER PRIMARY KEY, body TEXT)",
          "CREATE VIRTUAL TABLE g USING fts5(body, content='docs', content_rowid='id')",
          TrapsTest.NUMBERS.formatted(300) + "INSERT INTO docs SELECT i, 'everywhere ' || i FROM n",
          "INSERT INTO g(g) VALUES ('rebuild')");
    }
    DamagedImage image = new DamagedImage(file);
    int leaf = image.child(DamagedImage.root(file, "docs"), 2);
    int lost = image.cells(leaf);
    image.zero(leaf).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(
        Integer.toString(300 - lost),
        ask(salvaged, "SELECT count(*) FROM g WHERE g MATCH 'everywhere'"));
  }

  @Test
  void aTextIndexWithoutContentIsBegunAnew() throws Exception {
    Path file = OddDatabases.named("fts5").build(folder);
    DamagedImage image = new DamagedImage(file);
    image.randomize(DamagedImage.root(file, "h_data")).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals("0", ask(salvaged, "SELECT count(*) FROM h WHERE h MATCH 'nowhere'"));
    assertTrue(salvaged.report().notes().stream().anyMatch(note -> note.contains("index h")));
  }

  @Test
  void aVirtualTableWhoseDefinitionIsGarbledIsLeftOut() throws Exception {
    Path file = OddDatabases.named("fts5").build(folder);
    DamagedImage image = new DamagedImage(file);
    image.put(image.find("UNINDEXED, prefix") + 2, 'X').write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(107, salvaged.rows("f_content").size());
    assertTrue(
        salvaged.report().objectsLost().stream().anyMatch(lost -> lost.startsWith("table f:")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"r_node", "r_rowid", "r_parent", "i_node", "i_rowid", "i_parent"})
  void whatIsLeftOfAnRtreeIsExact(String shadow) throws Exception {
    Path file = OddDatabases.named("rtree").build(folder);
    TableDump before = TableDump.of(file);
    DamagedImage image = new DamagedImage(file);
    int root = DamagedImage.root(file, shadow);
    boolean leaf = image.type(root) == 13;
    image.zero(leaf ? root : image.child(root, 0)).write();
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    String tree = shadow.substring(0, 1);
    List<String> rows = salvaged.rows(tree);
    assertTrue(before.tables().get(tree).containsAll(rows), rows.toString());
    if (shadow.endsWith("_parent")) {
      assertEquals(before.tables().get(tree), rows);
    }
    String other = tree.equals("r") ? "i" : "r";
    assertEquals(before.tables().get(other), salvaged.rows(other));
  }

  @Test
  void anRtreesLeafThatIsLostCostsItsRowsOnly() throws Exception {
    Path file = OddDatabases.named("rtree").build(folder);
    int lost;
    try (Connection db = WrittenDatabase.open(file)) {
      String node = WrittenDatabase.text(db, "SELECT nodeno FROM r_rowid WHERE rowid = 150");
      String query = "SELECT count(*) FROM r_rowid WHERE nodeno = " + node;
      lost = Integer.parseInt(WrittenDatabase.text(db, query));
      WrittenDatabase.run(db, "DELETE FROM r_node WHERE nodeno = " + node);
    }
    Salvaged salvaged = Salvaged.of(file);
    assertSound(salvaged);
    assertEquals(300 - lost, salvaged.rows("r").size());
    assertEquals(
        "200,box 200",
        ask(salvaged, "SELECT id || ',' || name FROM r WHERE x0 >= 200 AND x1 < 202"));
  }
}
