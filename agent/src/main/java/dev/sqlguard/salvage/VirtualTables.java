package dev.sqlguard.salvage;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes SQLite's own virtual tables usable again after their shadow tables lost rows: text indexes
 * are built anew from their content, R-Trees from the nodes that are left.
 */
final class VirtualTables {
  private static final Pattern MODULE = Pattern.compile("(?is).*?\\bUSING\\s+[\"'`\\[]?(\\w+).*");

  /** The table that a text index is about, where that isn't its own. */
  private static final Pattern CONTENT =
      Pattern.compile("(?is).*\\bcontent\\s*=\\s*(?:'([^']*)'|\"([^\"]*)\"|([^\\s,)]*)).*");

  /** What an application brings along, or this SQLite was built without: no word of damage. */
  private static final Pattern OUT_OF_REACH =
      Pattern.compile(
          "(?is).*(?:no such tokenizer|unknown tokenizer|error in tokenizer constructor"
              + "|no such module|no such function|no such collation).*");

  private static final String VIRTUAL = "virtual table";
  private static final String TRIGGERS = "triggers on its own tables would fire";

  private static final List<String> FTS5_SHADOWS =
      List.of("data", "idx", "content", "docsize", "config");
  private static final List<String> FTS4_SHADOWS =
      List.of("content", "segments", "segdir", "docsize", "stat");

  /** The version of the tables that FTS5 writes by default. */
  private static final int FTS5_VERSION = 4;

  private final Connection db;
  private final Set<String> damaged = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
  private final List<String> notes;

  /**
   * @param damaged names of tables that may have lost rows
   * @param notes gets what was done, for people
   */
  VirtualTables(Connection db, Set<String> damaged, List<String> notes) {
    this.db = db;
    this.damaged.addAll(damaged);
    this.notes = notes;
  }

  /**
   * @return what is still wrong with it; null where nothing is, also where its module isn't known
   * @throws IOException where something can't be read or written
   */
  String mend(SchemaRow table) throws IOException {
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

  private String mendText(SchemaRow table, boolean fts5) throws IOException {
    // FTS5's own check doesn't miss the table that leads into the index.
    boolean lost = hasLost(table, fts5);
    String elsewhere = fts5 ? null : kindOfOtherContent(table);
    if (elsewhere != null) {
      // To check it reads all of that, which may have no end.
      return leave(table, "its content is a " + elsewhere, lost);
    }
    String broken = textError(table);
    if (!lost && broken == null) {
      return null;
    }
    if (hasTriggers(table)) {
      return TRIGGERS;
    }
    try {
      boolean filled = fts5 && broken == null && content(table) == null;
      if (filled && TextIndexPages.haveAllTheirRows(db, table)) {
        return null;
      }
      if (broken != null && OUT_OF_REACH.matcher(broken).matches()) {
        return leave(table, broken, lost);
      }
      if (content(table) != null && isView(content(table))) {
        // What it reads may have no end.
        return leave(table, "its content is a view", true);
      }
      lost |= createMissingShadows(table);
      if (!lost && !fts5 && content(table) != null) {
        // An application may keep it out of step with its content, and FTS4 calls that malformed.
        notes.add("the text index " + table.name() + " disagrees with its content, as it did");
        return null;
      }
      if (fts5) {
        run(
            "INSERT INTO %s(k, v) SELECT 'version', %d WHERE NOT EXISTS"
                + " (SELECT 1 FROM %s WHERE k = 'version')",
            shadow(table, "config"), FTS5_VERSION, shadow(table, "config"));
      }
    } catch (SQLException e) {
      Sqlite.requireAboutContent(e);
      String message = String.valueOf(e.getMessage());
      return OUT_OF_REACH.matcher(message).matches() ? leave(table, message, lost) : message;
    }
    try {
      command(table, "rebuild");
      notes.add("the text index " + table.name() + " was built anew from its content");
    } catch (SQLException e) {
      Sqlite.requireAboutContent(e);
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

  /** What fires where a module writes its own tables would run whatever somebody put there. */
  private boolean hasTriggers(SchemaRow table) {
    try (PreparedStatement query =
        db.prepareStatement(
            "SELECT 1 FROM sqlite_schema WHERE type = 'trigger'"
                + " AND lower(substr(tbl_name, 1, length(?1) + 1)) = lower(?1 || '_')")) {
      query.setString(1, table.name());
      try (ResultSet found = query.executeQuery()) {
        return found.next();
      }
    } catch (SQLException e) {
      return true;
    }
  }

  private String leave(SchemaRow table, String why, boolean lost) {
    String advice = lost ? "; it has lost rows and needs a 'rebuild' where it is at home" : "";
    notes.add("the text index " + table.name() + " can't be checked here: " + why + advice);
    return null;
  }

  /** Whether rows are missing that it consists of, or that it is about. */
  private boolean hasLost(SchemaRow table, boolean fts5) {
    for (String suffix : fts5 ? FTS5_SHADOWS : FTS4_SHADOWS) {
      if (damaged.contains(table.name() + "_" + suffix)) {
        return true;
      }
    }
    String content = content(table);
    if (content == null || content.isEmpty()) {
      return false;
    }
    return damaged.contains(content) || !damaged.isEmpty() && isView(content);
  }

  /** Null where it has its own, empty where it has none. */
  private static String content(SchemaRow table) {
    Matcher content = CONTENT.matcher(table.sql());
    if (!content.matches()) {
      return null;
    }
    for (int i = 1; i <= content.groupCount(); i++) {
      if (content.group(i) != null) {
        return content.group(i);
      }
    }
    return null;
  }

  /** Null where it is a table, of its own or of the application, or nowhere. */
  private String kindOfOtherContent(SchemaRow table) {
    String content = content(table);
    if (content == null || content.isEmpty()) {
      return null;
    }
    try (PreparedStatement query =
        db.prepareStatement(
            "SELECT type FROM sqlite_schema WHERE type IN ('table', 'view') AND rootpage = 0"
                + " AND lower(name) = lower(?)")) {
      query.setString(1, content);
      try (ResultSet found = query.executeQuery()) {
        return !found.next() ? null : found.getString(1).equals("view") ? "view" : VIRTUAL;
      }
    } catch (SQLException e) {
      return VIRTUAL;
    }
  }

  private boolean isView(String name) {
    try (PreparedStatement query =
        db.prepareStatement(
            "SELECT 1 FROM sqlite_schema WHERE type = 'view' AND lower(name) = lower(?)")) {
      query.setString(1, name);
      try (ResultSet found = query.executeQuery()) {
        return found.next();
      }
    } catch (SQLException e) {
      return true;
    }
  }

  private String textError(SchemaRow table) throws IOException {
    try {
      command(table, "integrity-check");
      return null;
    } catch (SQLException e) {
      Sqlite.requireAboutContent(e);
      return e.getMessage();
    }
  }

  private void command(SchemaRow table, String command) throws SQLException {
    String name = Indexes.quoted(table.name());
    run("INSERT INTO %s(%s) VALUES('%s')", name, name, command);
  }

  private String mendRtree(SchemaRow table, boolean integers) throws IOException {
    String broken = rtreeError(table);
    if (broken == null) {
      return null;
    }
    if (broken != null && OUT_OF_REACH.matcher(broken).matches()) {
      notes.add("the R-Tree " + table.name() + " can't be checked here: " + broken);
      return null;
    }
    if (hasTriggers(table)) {
      return TRIGGERS;
    }
    try {
      createMissingShadows(table);
      long rows = new RtreeRebuild(db, table, integers).run(damaged);
      notes.add("the R-Tree " + table.name() + " was built anew with " + rows + " rows: " + broken);
    } catch (SQLException e) {
      Sqlite.requireAboutContent(e);
      return e.getMessage();
    }
    return rtreeError(table);
  }

  private String rtreeError(SchemaRow table) throws IOException {
    try {
      if (new RtreeRebuild(db, table, false).isEndless()) {
        // SQLite's check would follow all ways to them.
        return "its nodes name more nodes than there are";
      }
    } catch (SQLException e) {
      // A table of its own is missing, for example: SQLite says so.
    }
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
      Sqlite.requireAboutContent(e);
      return e.getMessage();
    }
  }

  /**
   * Makes tables that the module needs and the schema has lost, as the module itself makes them.
   *
   * @return whether there are any
   */
  private boolean createMissingShadows(SchemaRow table) throws SQLException {
    String twin = twin(db, table);
    boolean any = false;
    try (Statement statement = db.createStatement()) {
      try (ResultSet missing =
          statement.executeQuery(
              "SELECT sql FROM sqlite_temp_schema t WHERE type = 'table' AND rootpage > 0"
                  + " AND NOT EXISTS (SELECT 1 FROM sqlite_schema m WHERE m.type = 'table'"
                  + " AND lower(m.name) = lower(t.name))")) {
        while (missing.next()) {
          run("%s", missing.getString(1));
          any = true;
        }
      }
      return any;
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
