package dev.sqlguard.salvage;

import dev.sqlguard.store.Disk;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A database that has a schema and not one row, for asking SQLite what it makes of that schema.
 * Objects that SQLite can't read are left out, so that they don't take the others with them.
 */
final class Skeleton {
  private static final Pattern MALFORMED =
      Pattern.compile("malformed database schema \\((.*?)\\)(?: - .*)?", Pattern.DOTALL);

  /** Asked once: as a part of a join the pragma would look at all tables for each of them. */
  static final String TABLES =
      "WITH tables AS MATERIALIZED"
          + " (SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main') ";

  /**
   * So many objects are read in all, one attempt after another, before whole stretches of the
   * schema are given up: each attempt names one object that SQLite doesn't take.
   */
  private static final long MOST_READINGS = 100_000;

  /** So many objects may be given up one by one, however many there are. */
  private static final int FEWEST_ATTEMPTS = 64;

  /**
   * @param rows the schema as SQLite takes it
   * @param rejected what it doesn't take
   */
  record Result(List<SchemaRow> rows, List<SchemaRow> rejected, List<TableShape> shapes) {}

  private final Sqlite sqlite;
  private final FileLayout layout;
  private final Path scratch;
  private final Disk disk;
  private final long mostTrees;

  /**
   * @param scratch a name that is free
   * @param mostTrees so many tables and indexes may have a b-tree: each takes at least a page, and
   *     a hostile file names more of them than it has room for
   */
  Skeleton(Sqlite sqlite, FileLayout layout, Path scratch, Disk disk, long mostTrees) {
    this.sqlite = sqlite;
    this.layout = layout;
    this.scratch = scratch;
    this.disk = disk;
    this.mostTrees = mostTrees;
  }

  Result build(List<SchemaRow> schema) throws IOException {
    List<SchemaRow> rows = new ArrayList<>(schema);
    List<SchemaRow> rejected = new ArrayList<>();
    dropOrphans(rows, rejected);
    long attempts = Math.max(FEWEST_ATTEMPTS, MOST_READINGS / (rows.size() + 1L));
    int stretch = 1;
    while (true) {
      write(rows);
      try (Connection db = sqlite.open(scratch)) {
        Set<IndexName> implied = impliedIndexes(db);
        if (rows.removeIf(row -> isStranger(row, implied, rejected))) {
          continue;
        }
        List<SchemaRow> missing = missing(implied, rows);
        if (dropBeyondMost(rows, missing, rejected)) {
          continue;
        }
        addSequences(rows, missing);
        if (missing.isEmpty()) {
          return new Result(rows, rejected, new ShapeReader(db, rows).read());
        }
        rows.addAll(missing);
      } catch (SQLException e) {
        Sqlite.requireAboutContent(e);
        int first = rows.indexOf(culprit(e, rows));
        stretch = attempts-- > 0 ? 1 : 2 * stretch;
        List<SchemaRow> given = rows.subList(first, Math.min(rows.size(), first + stretch));
        rejected.addAll(given);
        given.clear();
        dropOrphans(rows, rejected);
      } finally {
        disk.delete(scratch);
      }
    }
  }

  /** Every tree empty. */
  private void write(List<SchemaRow> rows) throws IOException {
    try (SchemaWriter writer = new SchemaWriter(scratch, layout, rows, disk)) {
      writer.finish();
    }
  }

  /**
   * @param missing indexes that tables among {@code rows} ask for
   * @return whether there were too many
   */
  private boolean dropBeyondMost(
      List<SchemaRow> rows, List<SchemaRow> missing, List<SchemaRow> rejected) {
    Map<String, Integer> asked = new HashMap<>();
    for (SchemaRow index : missing) {
      asked.merge(index.table(), 1, Integer::sum);
    }
    long trees = 0;
    for (int i = 0; i < rows.size(); i++) {
      SchemaRow row = rows.get(i);
      trees += row.root() > 0 ? 1 : 0;
      trees += row.isTableWithRows() ? asked.getOrDefault(row.name(), 0) : 0;
      if (trees > mostTrees) {
        List<SchemaRow> surplus = rows.subList(i, rows.size());
        rejected.addAll(surplus);
        surplus.clear();
        dropOrphans(rows, rejected);
        return true;
      }
    }
    return false;
  }

  /** Indexes and triggers whose table is gone would make the whole schema unreadable. */
  private static void dropOrphans(List<SchemaRow> rows, List<SchemaRow> rejected) {
    Set<String> owners = new HashSet<>();
    for (SchemaRow row : rows) {
      if (row.type().equals("table") || row.type().equals("view")) {
        owners.add(row.name().toLowerCase());
      }
    }
    rows.removeIf(
        row -> {
          boolean owned = row.isIndex() || row.type().equals("trigger");
          boolean orphan =
              owned && !owners.contains(row.table().toLowerCase())
                  || row.isIndex() && row.root() == 0;
          if (orphan) {
            rejected.add(row);
          }
          return orphan;
        });
  }

  private record IndexName(String name, String table) {}

  /**
   * An index without SQL that no constraint asks for: SQLite reads over it, and leaks its pages.
   */
  private static boolean isStranger(
      SchemaRow row, Set<IndexName> implied, List<SchemaRow> rejected) {
    boolean stranger =
        row.isIndex()
            && row.sql() == null
            && !implied.contains(new IndexName(row.name(), row.table()));
    if (stranger) {
      rejected.add(row);
    }
    return stranger;
  }

  /** Indexes of constraints whose own rows in the schema are lost. */
  private List<SchemaRow> missing(Set<IndexName> implied, List<SchemaRow> rows) {
    Set<String> known = new HashSet<>();
    long rowid = 0;
    for (SchemaRow row : rows) {
      known.add(row.key());
      rowid = Math.max(rowid, row.rowid());
    }
    List<SchemaRow> missing = new ArrayList<>();
    for (IndexName index : implied) {
      if (!known.contains("index " + index.name())) {
        missing.add(row(++rowid, "index", index.name(), index.table(), null));
      }
    }
    return missing;
  }

  /** The indexes that constraints ask for. */
  private static Set<IndexName> impliedIndexes(Connection db) throws SQLException {
    Set<IndexName> implied = new LinkedHashSet<>();
    try (PreparedStatement query =
            db.prepareStatement(
                TABLES
                    + "SELECT l.name, s.name FROM sqlite_schema s JOIN tables t ON t.name = s.name"
                    + " JOIN pragma_index_list(s.name) l"
                    + " WHERE s.type = 'table' AND s.rootpage > 0 AND l.origin IN ('u', 'pk')"
                    + " AND NOT (t.wr AND l.origin = 'pk')");
        ResultSet found = query.executeQuery()) {
      while (found.next()) {
        implied.add(new IndexName(found.getString(1), found.getString(2)));
      }
    }
    return implied;
  }

  /** Without its counter SQLite lets no row into a table with AUTOINCREMENT. */
  private void addSequences(List<SchemaRow> rows, List<SchemaRow> missing) {
    boolean needed = false;
    long rowid = missing.size();
    for (SchemaRow row : rows) {
      if (row.key().equals("table " + SystemTables.SEQUENCE)) {
        return;
      }
      needed |= isAutoincrement(row);
      rowid = Math.max(rowid, row.rowid() + missing.size());
    }
    if (needed) {
      String sql = SystemTables.definition(SystemTables.SEQUENCE);
      missing.add(row(rowid + 1, "table", SystemTables.SEQUENCE, SystemTables.SEQUENCE, sql));
    }
  }

  private static boolean isAutoincrement(SchemaRow row) {
    return row.isTableWithRows()
        && row.sql() != null
        && row.sql().toUpperCase(Locale.ROOT).contains("AUTOINCREMENT");
  }

  private SchemaRow row(long rowid, String type, String name, String table, String sql) {
    Charset charset = layout.encoding().charset();
    return SchemaRow.of(rowid, type, name, table, SchemaRow.UNKNOWN_ROOT, sql, charset);
  }

  private static SchemaRow culprit(SQLException e, List<SchemaRow> rows) throws IOException {
    Matcher named = MALFORMED.matcher(String.valueOf(e.getMessage()));
    if (named.find()) {
      for (int i = rows.size() - 1; i >= 0; i--) {
        if (rows.get(i).name().equals(named.group(1))) {
          return rows.get(i);
        }
      }
    }
    if (rows.isEmpty()) {
      throw new IOException("SQLite can't read an empty schema: " + e.getMessage(), e);
    }
    return rows.get(rows.size() - 1);
  }
}
