package dev.sqlguard.scan;

import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.SqliteError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The newest SQLite says of an image whether it is damaged. The image is private and disposable.
 */
final class Judge {
  /** What SQLite came to. */
  enum Verdict {
    SOUND,
    DAMAGED,
    /** Not even the schema can be read. */
    UNREADABLE,
    CANNOT_TELL
  }

  /**
   * @param text the first thing that SQLite says against the image
   */
  record Judgement(Verdict verdict, String text) {
    boolean isDamage() {
      return verdict == Verdict.DAMAGED || verdict == Verdict.UNREADABLE;
    }
  }

  private static final String ALL = "" + Integer.MAX_VALUE;
  private static final String HEADLINE = "*** in database ";

  /** Seconds that no image takes but one whose tree is a maze. */
  private static final int LIMIT = 10;

  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "judge's clock");
            thread.setDaemon(true);
            return thread;
          });

  private Judge() {}

  /** Of the whole image. */
  static Judgement judge(Path image) throws IOException {
    return ask(image, List.of(ALL));
  }

  /** Of these tables alone, one by one until one is damaged. */
  static Judgement judge(Path image, Collection<String> tables) throws IOException {
    return ask(image, tables.stream().map(t -> "'" + t.replace("'", "''") + "'").toList());
  }

  private static Judgement ask(Path image, List<String> arguments) throws IOException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + image);
        Statement statement = db.createStatement()) {
      ScheduledFuture<?> alarm = CLOCK.schedule(() -> cancel(statement), LIMIT, TimeUnit.SECONDS);
      try {
        statement.execute("PRAGMA locking_mode=EXCLUSIVE");
        statement.execute("PRAGMA temp_store=MEMORY");
        statement.execute("PRAGMA ignore_check_constraints=ON");
        for (String argument : arguments) {
          String damage = firstDamage(statement, "PRAGMA integrity_check(" + argument + ")");
          if (damage != null) {
            return new Judgement(Verdict.DAMAGED, damage);
          }
        }
        return new Judgement(Verdict.SOUND, "ok");
      } finally {
        alarm.cancel(false);
      }
    } catch (SQLException e) {
      return of(SqliteError.of(e));
    } finally {
      for (String suffix : List.of("-wal", "-shm", "-journal")) {
        Files.deleteIfExists(Path.of(image + suffix));
      }
    }
  }

  private static void cancel(Statement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static String firstDamage(Statement statement, String question) throws SQLException {
    try (ResultSet rows = statement.executeQuery(question)) {
      while (rows.next()) {
        String row = rows.getString(1);
        if (row.startsWith(HEADLINE)) {
          return row;
        }
        if (!row.equals("ok") && Finding.ofRows(row).kind() != Finding.Kind.CONSTRAINT) {
          return row;
        }
      }
    }
    return null;
  }

  private static Judgement of(SqliteError error) {
    boolean schema = error.message().contains("malformed database schema");
    if (schema || error.code() == SqliteError.NOT_A_DATABASE) {
      return new Judgement(Verdict.UNREADABLE, error.message());
    }
    return new Judgement(
        error.code() == SqliteError.CORRUPT ? Verdict.DAMAGED : Verdict.CANNOT_TELL,
        error.message());
  }
}
