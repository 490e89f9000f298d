package dev.sqlguard.salvage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes SQLite's own virtual tables usable again after their shadow tables lost rows: text indexes
 * are built anew from their content, R-Trees from the nodes that are left.
 */
final class VirtualTables {
  private static final Pattern MODULE = Pattern.compile("(?is).*?\\bUSING\\s+[\"'`\\[]?(\\w+).*");

  /** The table that an index of external content is about. */
  private static final Pattern CONTENT =
      Pattern.compile("(?i)\\bcontent\\s*=\\s*[\"'`\\[]?([^\"'`\\],)]+)");

  /** The version of the tables that FTS5 writes by default. */
  private static final int FTS5_VERSION = 4;

  private final Connection db;
  private final Set<String> damaged;
  private final List<String> notes;

  /**
   * @param damaged names of tables that may have lost rows
   * @param notes gets what was done, for people
   */
  VirtualTables(Connection db, Set<String> damaged, List<String> notes) {
    this.db = db;
    this.damaged = damaged;
    this.notes = notes;
  }

  /**
   * @return what is still wrong with it; null where nothing is, also where its module isn't known
   */
  String mend(SchemaRow table) {
    Matcher module = MODULE.matcher(table.sql() == null ? "" : table.sql());
    if (!module.matches()) {
      return null;
    }
    String name = module.group(1).toLowerCase(Locale.ROOT);
    return switch (name) {
      case "fts3", "fts4", "fts5" -> mendText(table, name.equals("fts5"));
      case "rtree", "rtree_i32" -> mendRtree(table, name.equals("rtree_i32"));
      default -> null;
    };
  }

  private String mendText(SchemaRow table, boolean fts5) {
    // FTS5's own check doesn't miss the table that leads into the index.
    boolean lost = isDamaged(table);
    if (!lost && textError(table) == null) {
      return null;
    }
    try {
      createMissingShadows(table);
      if (fts5) {
        run(
            "INSERT INTO %s(k, v) SELECT 'version', %d WHERE NOT EXISTS"
                + " (SELECT 1 FROM %s WHERE k = 'version')",
            shadow(table, "config"), FTS5_VERSION, shadow(table, "config"));
      }
    } catch (SQLException e) {
      return e.getMessage();
    }
    try {
      command(table, "rebuild");
      notes.add("the text index " + table.name() + " was built anew from its content");
    } catch (SQLException e) {
      try {
        // What has no content of its own can't be built anew, only begun anew.
        command(table, "delete-all");
        notes.add("the text index " + table.name() + " is empty: " + e.getMessage());
      } catch (SQLException stillBroken) {
        return e.getMessage();
      }
    }
    return textError(table);
  }

  /** Whether a shadow table, or the table with the content, may have lost rows. */
  private boolean isDamaged(SchemaRow table) {
    Matcher content = CONTENT.matcher(table.sql());
    String other = content.find() ? content.group(1) : "";
    String prefix = table.name() + "_";
    return damaged.stream().anyMatch(name -> name.startsWith(prefix) || name.equals(other));
  }

  private String textError(SchemaRow table) {
    try {
      command(table, "integrity-check");
      return null;
    } catch (SQLException e) {
      return e.getMessage();
    }
  }

  private void command(SchemaRow table, String command) throws SQLException {
    String name = Indexes.quoted(table.name());
    run("INSERT INTO %s(%s) VALUES('%s')", name, name, command);
  }

  private String mendRtree(SchemaRow table, boolean integers) {
    String broken = rtreeError(table);
    if (broken == null) {
      return null;
    }
    try {
      createMissingShadows(table);
      long rows = new RtreeRebuild(db, table, integers).run(damaged);
      notes.add("the R-Tree " + table.name() + " was built anew with " + rows + " rows: " + broken);
    } catch (SQLException e) {
      return e.getMessage();
    }
    return rtreeError(table);
  }

  private String rtreeError(SchemaRow table) {
    try (PreparedStatement check = db.prepareStatement("SELECT rtreecheck(?)")) {
      check.setString(1, table.name());
      try (ResultSet result = check.executeQuery()) {
        String found = result.next() ? result.getString(1) : "ok";
        if (!"ok".equals(found)) {
          return String.valueOf(found).lines().findFirst().orElse("");
        }
      }
      try (Statement statement = db.createStatement()) {
        statement.executeQuery("SELECT 1 FROM " + Indexes.quoted(table.name())).close();
      }
      return null;
    } catch (SQLException e) {
      return e.getMessage();
    }
  }

  /** Tables that the module needs and the schema has lost, as the module itself makes them. */
  private void createMissingShadows(SchemaRow table) throws SQLException {
    String twin = twin(db, table);
    try (Statement statement = db.createStatement()) {
      try (ResultSet missing =
          statement.executeQuery(
              "SELECT sql FROM sqlite_temp_schema t WHERE type = 'table' AND rootpage > 0"
                  + " AND NOT EXISTS (SELECT 1 FROM sqlite_schema m WHERE m.type = 'table'"
                  + " AND lower(m.name) = lower(t.name))")) {
        while (missing.next()) {
          run("%s", missing.getString(1));
        }
      }
    } finally {
      run("DROP TABLE %s", twin);
    }
  }

  /** Makes an empty virtual table of the same name and definition in the temporary database. */
  static String twin(Connection db, SchemaRow table) throws SQLException {
    Matcher definition =
        Pattern.compile("(?is).*?\\b(USING\\b.*)").matcher(String.valueOf(table.sql()));
    if (!definition.matches()) {
      throw new SQLException("no definition of a virtual table: " + table.sql());
    }
    String twin = "temp." + Indexes.quoted(table.name());
    try (Statement statement = db.createStatement()) {
      statement.execute("CREATE VIRTUAL TABLE " + twin + " " + definition.group(1));
    }
    return twin;
  }

  static String shadow(SchemaRow table, String suffix) {
    return "main." + Indexes.quoted(table.name() + "_" + suffix);
  }

  private void run(String sql, Object... values) throws SQLException {
    try (Statement statement = db.createStatement()) {
      statement.execute(String.format(Locale.ROOT, sql, values));
    }
  }
}
