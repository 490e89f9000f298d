package dev.sqlguard.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * What a process that is killed leaves beside its database: copied from under a connection that has
 * not ended what it was doing.
 */
public final class Leftovers {
  /** So small that pages of a transaction that isn't committed are written all the same. */
  private static final List<String> SPILL = List.of("PRAGMA cache_size=5", "PRAGMA cache_spill=5");

  private static final byte[] JOURNAL_MAGIC = {
    (byte) 0xd9, (byte) 0xd5, 5, (byte) 0xf9, 0x20, (byte) 0xa1, 0x63, (byte) 0xd7
  };
  private static final int SECTOR = 512;

  private Leftovers() {}

  /** The statements are committed, and only the log has what they wrote. */
  public static void log(Path db, String... statements) throws Exception {
    leave(db, "WAL", List.of(), statements);
  }

  /** The same, and frames of a transaction that was never committed behind them. */
  public static void unfinishedLog(Path db, List<String> uncommitted, String... statements)
      throws Exception {
    leave(db, "WAL", uncommitted, statements);
  }

  /** Some pages of the transaction have arrived, and the journal knows what was there before. */
  public static void hotJournal(Path db, String mode, String... statements) throws Exception {
    leave(db, mode, List.of(statements));
  }

  private static void leave(Path db, String mode, List<String> uncommitted, String... committed)
      throws Exception {
    Path elsewhere = Files.createTempDirectory("sqlguard-leftovers-");
    Path copy = Files.copy(db, elsewhere.resolve("copy.db"));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=" + mode);
      statement.execute("PRAGMA wal_autocheckpoint=0");
      run(statement, List.of(committed));
      if (!uncommitted.isEmpty()) {
        run(statement, SPILL);
        statement.execute("BEGIN");
        run(statement, uncommitted);
      }
      for (String suffix : List.of("", "-wal", "-journal")) {
        Path left = Path.of(copy + suffix);
        if (Files.exists(left)) {
          Files.copy(left, Path.of(db + suffix), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } finally {
      delete(elsewhere);
    }
  }

  private static void run(Statement statement, List<String> texts) throws SQLException {
    for (String text : texts) {
      statement.execute(text);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /**
   * Makes a hot journal one of several: it counts as long as the super-journal exists (file format,
   * section 3; pager.c, writeSuperJournal).
   */
  public static void addSuperJournal(Path journal, Path superJournal) throws IOException {
    byte[] name = superJournal.toString().getBytes(StandardCharsets.UTF_8);
    int sum = 0;
    for (byte b : name) {
      sum += b;
    }
    try (RandomAccessFile out = new RandomAccessFile(journal.toFile(), "rw")) {
      out.seek((out.length() + SECTOR - 1) / SECTOR * SECTOR);
      out.writeInt((1 << 30) / 4096 + 1);
      out.write(name);
      out.writeInt(name.length);
      out.writeInt(sum);
      out.write(JOURNAL_MAGIC);
    }
  }
}
