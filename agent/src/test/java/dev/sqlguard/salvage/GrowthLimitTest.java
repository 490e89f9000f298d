package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Indexes that are filled anew, as long as they aren't much larger than the file. */
class GrowthLimitTest {
  @TempDir private Path folder;

  private Path build(String... statements) throws Exception {
    Path file = folder.resolve("app.db");
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(db, statements);
    }
    return file;
  }

  private static Salvaged withoutPagesOf(Path file, String... objects) throws Exception {
    DamagedImage image = new DamagedImage(file);
    for (String object : objects) {
      image.zero(DamagedImage.root(file, object));
    }
    image.write();
    return Salvaged.of(file);
  }

  @Test
  void indexesOfHonestExpressionsAreFilled() throws Exception {
    Path file =
        build(
            "CREATE TABLE t(x TEXT, y TEXT, z AS (upper(y)))",
            TrapsTest.NUMBERS.formatted(3000)
                + "INSERT INTO t(x, y) SELECT 'Name, (' || i, hex(randomblob(200)) FROM n",
            "CREATE INDEX \"i (\" ON t(lower(x) COLLATE NOCASE DESC, hex(y) /* , */ ASC)",
            "CREATE INDEX j ON t(x, replace(x, ',', '(')) WHERE x LIKE '%, (%'",
            "CREATE INDEX k ON t(z)",
            "CREATE UNIQUE INDEX l ON t(y)");
    TableDump before = TableDump.of(file);
    Salvaged salvaged = withoutPagesOf(file, "i (", "j", "k", "l");
    assertEquals(List.of(), salvaged.findings());
    assertEquals(List.of(), salvaged.report().objectsLost());
    assertEquals(before.schema(), salvaged.dump().schema());
    assertEquals(4, salvaged.indexesBuilt());
  }

  @Test
  void anIndexThatIsMuchLargerThanTheFileIsLeftOut() throws Exception {
    Path file =
        build(
            "CREATE TABLE t(a)",
            TrapsTest.NUMBERS.formatted(1000) + "INSERT INTO t SELECT i FROM n",
            "CREATE INDEX i ON t(a)",
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(a, zeroblob(20000 + a))'"
                + " WHERE name = 'i'");
    Salvaged salvaged = withoutPagesOf(file, "i");
    assertEquals(List.of(), salvaged.findings());
    assertEquals(1000, salvaged.rows("t").size());
    assertTrue(salvaged.report().objectsLost().get(0).startsWith("index i: much larger"));
    assertTrue(Files.size(salvaged.out()) < 1 << 20);
  }

  /** Nothing tells beforehand how large they become: SQLite runs into the limit. */
  @Test
  void manyIndexesOfTheSameColumnsAreLeftOutOnceThereAreTooMany() throws Exception {
    String[] statements = new String[42];
    statements[0] = "CREATE TABLE t(a)";
    statements[1] =
        TrapsTest.NUMBERS.formatted(600) + "INSERT INTO t SELECT hex(randomblob(300)) FROM n";
    for (int i = 2; i < statements.length; i++) {
      statements[i] = "CREATE INDEX i" + i + " ON t(a)";
    }
    Path file = build(statements);
    String[] indexes = new String[40];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = "i" + (i + 2);
    }
    long table = 600 * 700;
    DamagedImage image = new DamagedImage(file);
    for (String index : indexes) {
      image.zero(DamagedImage.root(file, index));
    }
    image.write();
    // Without what the indexes had.
    Salvaged salvaged = Salvaged.of(cutBehindTheTable(file, (int) (2 * table)));
    assertEquals(List.of(), salvaged.findings());
    assertEquals(600, salvaged.rows("t").size());
    assertTrue(Files.size(salvaged.out()) <= 8 * 2 * table);
    List<String> lost = salvaged.report().objectsLost();
    assertTrue(lost.size() > 5 && lost.size() < 35, lost::toString);
  }

  private static Path cutBehindTheTable(Path file, int size) throws Exception {
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), size / 4096 * 4096));
    return file;
  }
}
