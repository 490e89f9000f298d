package dev.sqlguard.salvage;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts what breaks a constraint of its table, by SQLite's own {@code quick_check}: of one table,
 * which is quick and independent of all others, but ends after a hundred lines; only where these
 * are not enough, of the whole database.
 */
final class ConstraintCheck {
  /** SQLITE_INTEGRITY_CHECK_ERROR_MAX: so many lines about a table that is asked for by name. */
  private static final int MOST_LINES = 100;

  private final Map<String, Count> counts = new HashMap<>();

  /** What was counted of one table. */
  private static final class Count {
    private final String nullLine;
    private final String typeLine;
    private final String checkLine;
    private long nulls;
    private long types;
    private long checks;
    private boolean more;
    private String unknown = "";

    Count(String table) {
      nullLine = "NULL value in " + table + ".";
      typeLine = " value in " + table + ".";
      checkLine = "CHECK constraint failed in " + table;
    }

    boolean isAbout(String line) {
      return line.equals(checkLine) || line.startsWith(nullLine) || isAboutType(line);
    }

    private boolean isAboutType(String line) {
      return line.startsWith("non-") && line.startsWith(typeLine, line.indexOf(' '));
    }

    void add(String line) {
      if (line.equals(checkLine)) {
        checks++;
      } else if (line.startsWith(nullLine)) {
        nulls++;
      } else if (isAboutType(line)) {
        types++;
      }
    }

    void clear() {
      nulls = 0;
      types = 0;
      checks = 0;
      more = false;
    }

    Violations result() {
      return new Violations(nulls, types, checks, more, unknown);
    }
  }

  /**
   * By table; nothing where SQLite can't be asked.
   *
   * @param file a sound database
   */
  Map<String, Violations> count(
      Sqlite sqlite, Path file, List<SchemaRow> schema, List<Tree> tables) {
    Map<String, String> definitions = new HashMap<>();
    for (SchemaRow row : schema) {
      if (row.isTableWithRows() && row.sql() != null) {
        definitions.put(row.name(), row.sql());
      }
    }
    Map<String, Violations> found = new HashMap<>();
    try (Connection db = sqlite.open(file);
        Statement statement = db.createStatement()) {
      for (Tree tree : tables) {
        String sql = definitions.getOrDefault(tree.name(), "");
        if (tree.shape().strict() || SqlWords.has(sql, "(?:NULL|CHECK)")) {
          count(statement, tree.name());
        } else {
          found.put(tree.name(), Violations.NONE);
        }
      }
      countOn(statement);
    } catch (SQLException e) {
      // The tables are as good as before, only that nobody has counted.
      return Map.of();
    }
    counts.forEach((table, count) -> found.put(table, count.result()));
    return found;
  }

  private void count(Statement statement, String table) throws SQLException {
    Count count = new Count(table);
    counts.put(table, count);
    if (isNumber(table)) {
      count.more = true;
      return;
    }
    String question = "PRAGMA quick_check(" + Indexes.quoted(table) + ")";
    try {
      count.more = ask(statement, question, count) >= MOST_LINES;
    } catch (SQLException e) {
      count.clear();
      count.unknown = String.valueOf(e.getMessage());
      countWithoutChecks(statement, question, count);
    }
  }

  private void countWithoutChecks(Statement statement, String question, Count count)
      throws SQLException {
    statement.execute("PRAGMA ignore_check_constraints = ON");
    try {
      count.more = ask(statement, question, count) >= MOST_LINES;
    } catch (SQLException e) {
      count.clear();
    } finally {
      statement.execute("PRAGMA ignore_check_constraints = OFF");
    }
  }

  /** The pragma would take it for a number of lines, quoted or not. */
  private static boolean isNumber(String table) {
    return table.matches("[-+]?[0-9].*");
  }

  private static long ask(Statement statement, String question, Count count) throws SQLException {
    long lines = 0;
    try (ResultSet found = statement.executeQuery(question)) {
      while (found.next()) {
        count.add(found.getString(1));
        lines++;
      }
    }
    return lines;
  }

  /** Of those tables of which not all is known. One that can't be asked takes the others along. */
  private void countOn(Statement statement) {
    Map<String, Count> again = new HashMap<>();
    counts.forEach(
        (table, count) -> {
          if (count.more) {
            again.put(table, new Count(table));
          }
        });
    if (again.isEmpty()) {
      return;
    }
    List<Count> open = new ArrayList<>(again.values());
    try (ResultSet found =
        statement.executeQuery("PRAGMA quick_check(" + Integer.MAX_VALUE + ")")) {
      while (found.next()) {
        String line = found.getString(1);
        Count best = null;
        for (Count count : open) {
          // A name can be the beginning of another one.
          boolean longer = best == null || count.checkLine.length() > best.checkLine.length();
          best = longer && count.isAbout(line) ? count : best;
        }
        if (best != null) {
          best.add(line);
        }
      }
      counts.putAll(again);
    } catch (SQLException e) {
      // What was counted up to here is true; that there may be more is said.
      for (String table : again.keySet()) {
        Count count = counts.get(table);
        if (count.result().isUncounted()) {
          count.unknown = String.valueOf(e.getMessage());
        }
      }
    }
  }
}
