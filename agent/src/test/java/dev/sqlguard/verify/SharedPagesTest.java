package dev.sqlguard.verify;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.verify.Verifier.Depth;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tables that only SQLite can judge, in a few pages with a walk of years between them: what it is
 * asked while the scan is still at work must come to an end.
 */
class SharedPagesTest {
  private static final int PAGE = 512;
  private static final int LEVELS = 19;
  private static final int CHILDREN = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  private Path create(int filling) throws Exception {
    Path file = directory.resolve("app.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String sql :
          new String[] {
            "PRAGMA page_size=" + PAGE,
            "CREATE TABLE t(a)",
            "CREATE INDEX i ON t(a + 1)",
            "INSERT INTO t VALUES (5)",
            "CREATE VIRTUAL TABLE f USING fts5(x)",
            "INSERT INTO f VALUES ('one'), ('two')",
            "CREATE TABLE filling(b)",
            "INSERT INTO filling VALUES (zeroblob(" + filling + "))"
          }) {
        statement.execute(sql);
      }
    }
    return file;
  }

  private static int rootOf(Path file, String table) throws Exception {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT rootpage FROM sqlite_master WHERE name = '" + table + "'")) {
      row.next();
      return row.getInt(1);
    }
  }

  /** The last pages of the filling become levels of a tree: all children of a page are the next. */
  private static void tangle(Path file, int root) throws Exception {
    byte[] image = Files.readAllBytes(file);
    ByteBuffer bytes = ByteBuffer.wrap(image);
    int first = image.length / PAGE - LEVELS;
    byte[] leaf = new byte[PAGE];
    bytes.get((root - 1) * PAGE, leaf);
    for (int level = 0; level < LEVELS; level++) {
      int at = ((level == 0 ? root : first + level) - 1) * PAGE;
      int child = first + level + 1;
      int cells = CHILDREN - 1;
      bytes.put(at, new byte[PAGE]);
      bytes.put(at, (byte) BtreePage.INTERIOR_TABLE);
      bytes.putShort(at + 3, (short) cells);
      bytes.putShort(at + 5, (short) (PAGE - 5 * cells));
      bytes.putInt(at + 8, child);
      for (int i = 0; i < cells; i++) {
        int cell = PAGE - 5 * (i + 1);
        bytes.putShort(at + BtreePage.INTERIOR_HEADER + 2 * i, (short) cell);
        bytes.putInt(at + cell, child);
        bytes.put(at + cell + 4, (byte) (i + 1));
      }
    }
    bytes.put((first + LEVELS - 1) * PAGE, leaf);
    Files.write(file, image);
  }

  @ParameterizedTest
  @CsvSource({"t, 20000", "t, 3000000", "f_content, 20000", "f_content, 3000000"})
  void theCheckComesToAnEnd(String table, int filling) throws Exception {
    Path file = create(filling);
    tangle(file, rootOf(file, table));
    FastCheck check =
        new FastCheck(
            new CountingEngine("3.54.1"),
            Optional::empty,
            KnownSchemas.all(),
            (pages, total) -> {});
    FutureTask<Verdict> verdict = new FutureTask<>(() -> check.verify(file, Depth.FULL));
    Thread thread = new Thread(verdict);
    thread.setDaemon(true);
    thread.start();
    thread.join(PATIENCE.toMillis());
    assertFalse(thread.isAlive(), "still at it");
    assertInstanceOf(Verdict.Damaged.class, verdict.get());
  }
}
