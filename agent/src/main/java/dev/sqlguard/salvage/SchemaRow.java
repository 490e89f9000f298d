package dev.sqlguard.salvage;

import java.nio.charset.Charset;

/**
 * One row of sqlite_schema.
 *
 * @param root the page where its b-tree begins, {@link #UNKNOWN_ROOT} where that is lost; 0 for
 *     views, triggers and virtual tables
 * @param sql null for the index of a constraint
 * @param record as it is stored
 */
record SchemaRow(
    long rowid, String type, String name, String table, long root, String sql, byte[] record) {

  /** No file has such a page. */
  static final long UNKNOWN_ROOT = Integer.MAX_VALUE;

  /** A row with a record of its own. */
  static SchemaRow of(
      long rowid, String type, String name, String table, long root, String sql, Charset charset) {
    RecordBuilder record =
        new RecordBuilder()
            .addText(type.getBytes(charset))
            .addText(name.getBytes(charset))
            .addText(table.getBytes(charset))
            .addInteger(root);
    if (sql == null) {
      record.addNull();
    } else {
      record.addText(sql.getBytes(charset));
    }
    return new SchemaRow(rowid, type, name, table, root, sql, record.build());
  }

  boolean isTableWithRows() {
    return type.equals("table") && root > 0;
  }

  boolean isIndex() {
    return type.equals("index");
  }

  boolean isVirtualTable() {
    return type.equals("table") && root == 0;
  }

  String key() {
    return type + " " + name;
  }
}
