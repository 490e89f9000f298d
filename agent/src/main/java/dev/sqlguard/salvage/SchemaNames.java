package dev.sqlguard.salvage;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a row of sqlite_schema agree with itself. The name of a table stands there three times: in
 * {@code name}, in {@code tbl_name} and in its SQL, and the latter is what SQLite goes by. Where
 * they differ, two of them are right.
 */
final class SchemaNames {
  private static final String NAME =
      "(\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|`[^`]*`|\\[[^\\]]*]|[^\\s(]+)";
  private static final Pattern TABLE =
      Pattern.compile("(?is)(\\s*CREATE\\s+(?:VIRTUAL\\s+)?TABLE\\s+)" + NAME + "(.*)");
  private static final Pattern INDEX =
      Pattern.compile(
          "(?is)(\\s*CREATE\\s+(?:UNIQUE\\s+)?INDEX\\s+)" + NAME + "\\s+ON\\s+" + NAME + ".*");

  private final String name;
  private final String table;
  private final String sql;

  private SchemaNames(String name, String table, String sql) {
    this.name = name;
    this.table = table;
    this.sql = sql;
  }

  String name() {
    return name;
  }

  String table() {
    return table;
  }

  String sql() {
    return sql;
  }

  /** As the row has it, or as it should be. */
  static SchemaNames agreed(String type, String name, String table, String sql) {
    if (type.equals("table")) {
      return ofTable(name, table, sql);
    }
    Matcher index = INDEX.matcher(sql == null ? "" : sql);
    return type.equals("index") && index.matches()
        ? new SchemaNames(plain(index.group(2)), plain(index.group(3)), sql)
        : new SchemaNames(name, table, sql);
  }

  private static SchemaNames ofTable(String name, String table, String sql) {
    String system = SystemTables.definition(name.equals(table) ? name : "");
    if (system != null) {
      return new SchemaNames(name, table, system);
    }
    Matcher definition = TABLE.matcher(sql == null ? "" : sql);
    if (!definition.matches()) {
      return new SchemaNames(name, table, sql);
    }
    String own = plain(definition.group(2));
    if (own.equals(name) || own.equals(table) || !name.equals(table)) {
      return new SchemaNames(own, own, sql);
    }
    String corrected = definition.group(1) + Indexes.quoted(name) + definition.group(3);
    return new SchemaNames(name, name, corrected);
  }

  private static String plain(String quoted) {
    char first = quoted.charAt(0);
    if (quoted.length() < 2 || "\"'`[".indexOf(first) < 0) {
      return quoted;
    }
    String inner = quoted.substring(1, quoted.length() - 1);
    return first == '[' ? inner : inner.replace("" + first + first, "" + first);
  }
}
