package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report says of how a salvage came about. */
class ReportedTest {
  private static final int PAGE = 4096;

  @TempDir Path directory;
  private Path file;
  private Path backup;
  private int root;

  @BeforeEach
  void write() throws Exception {
    file = directory.resolve("app.db");
    backup = directory.resolve("backup.db");
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.run(
          db,
          "PRAGMA user_version = 5",
          "CREATE TABLE other(x)",
          "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
          "INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three')");
      root =
          Integer.parseInt(
              WrittenDatabase.text(db, "SELECT rootpage FROM sqlite_schema WHERE name = 't'"));
    }
    Files.copy(file, backup);
  }

  private void zero(long at, int length) throws Exception {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      bytes.write(new byte[length]);
    }
  }

  @Test
  void theTableOfAQuarantinedRow() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    int leaf = (root - 1) * PAGE;
    int pointer = leaf + 8 + 2;
    int cell = leaf + (bytes[pointer] & 0xff) * 256 + (bytes[pointer + 1] & 0xff);
    // The size of the header of its record.
    zero(cell + 2, 1);
    bytes = Files.readAllBytes(file);
    bytes[cell] += 1;
    bytes[cell + 2] = 3;
    Files.write(file, bytes);
    Salvaged salvaged = Salvaged.of(file);
    List<String> quarantined = salvaged.quarantined();
    assertEquals(1, quarantined.size());
    String places = root + ", " + root + ", ";
    assertTrue(quarantined.get(0).contains("] " + places), quarantined::toString);
  }

  @Test
  void whereTheSchemaIsFrom() throws Exception {
    assertEquals("its own tree", Salvaged.of(file).report().schemaFrom());
    zero(0, PAGE);
    assertEquals("nowhere", Salvaged.of(file).report().schemaFrom());
    Salvaged salvaged = Salvaged.with(backup, file);
    assertEquals("the backup", salvaged.report().schemaFrom());
    assertEquals(3, salvaged.rows("t").size());
  }

  @Test
  void settingsThatAreLostWithTheHeader() throws Exception {
    zero(0, 100);
    String lost = "the header is lost: user_version";
    List<String> notes = Salvaged.of(file).report().notes();
    assertTrue(notes.stream().anyMatch(n -> n.startsWith(lost)), notes::toString);
    notes = Salvaged.with(backup, file).report().notes();
    assertTrue(notes.stream().anyMatch(n -> n.endsWith("the backup's")), notes::toString);
  }
}
