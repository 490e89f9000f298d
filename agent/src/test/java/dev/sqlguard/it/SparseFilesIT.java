package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are much larger than what they take on disk: no copy of them takes more. */
class SparseFilesIT {
  private static final int ROWS = 200;
  private static final long LARGE = 48L << 20;

  /** What a file system needs to note where the holes are. */
  private static final long SLACK = 64 << 10;

  @TempDir Path directory;
  @AutoClose private final Starts starts = Starts.with("");
  private Path db;

  @BeforeEach
  void create() throws Exception {
    db = Starts.unused(directory.toRealPath());
    Databases.create(db, ROWS);
  }

  private static void extend(Path file) throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(LARGE);
    }
    assumeTrue(allocated(file) < LARGE / 4, "needs a file system with holes");
  }

  /** In bytes. */
  private static long allocated(Path file) throws Exception {
    Process stat =
        new ProcessBuilder("stat", "-c", "%b %B", file.toString())
            .redirectErrorStream(true)
            .start();
    try (var output = stat.inputReader()) {
      String[] blocks = output.readLine().split(" ");
      return Long.parseLong(blocks[0]) * Long.parseLong(blocks[1]);
    }
  }

  private void assertTakesNoMore(String copy, long original) throws Exception {
    Path file = Databases.beside(db, copy);
    long taken = allocated(file);
    assertTrue(taken <= original + SLACK, file + " takes " + taken + ", not " + original);
  }

  @Test
  void aBackupHasTheHolesOfItsDatabase() throws Exception {
    extend(db);
    long original = allocated(db);
    List<String> said = starts.start(db).lines();
    assertEquals(LARGE, Files.size(Databases.beside(db, ".bak")), said::toString);
    assertTakesNoMore(".bak", original);
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  /** A log that goes on as a hole, which is in no backup. */
  @Test
  void evidenceHasThemAndWhatIsInstalled() throws Exception {
    starts.start(db);
    Leftovers.log(db, "UPDATE t SET x = 'in the log' WHERE id = 1");
    Databases.damage(db, "t", 1);
    extend(db);
    Path log = Databases.beside(db, "-wal");
    extend(log);
    long main = allocated(db);
    long wal = allocated(log);
    List<String> said = starts.start(db).lines();
    assertEquals(LARGE, Files.size(Databases.beside(db, ".corrupt-wal")), said::toString);
    assertTakesNoMore(".corrupt-wal", wal);
    assertTakesNoMore(".corrupt", main);
    assertTakesNoMore("", main + wal);
    assertEquals(ROWS, Databases.rows(db));
    assertTrue(Databases.isIntact(db));
    long all = 0;
    for (String name : Databases.filesOf(db)) {
      all += allocated(db.resolveSibling(name));
    }
    assertTrue(all < LARGE / 4, all + " bytes for " + Databases.filesOf(db));
  }
}
