package dev.sqlguard.salvage;

import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.schema.Affinity;
import java.util.List;
import java.util.Locale;

/**
 * What the records of one table look like.
 *
 * @param stored the columns in the order of the record, VIRTUAL ones left out
 * @param rowidAlias which of them is the rowid by another name, or -1: NULL stands in its place
 * @param key the order of a WITHOUT ROWID table, else null
 * @param keyColumns the names of the columns that are the primary key
 */
record TableShape(
    String name,
    long root,
    boolean strict,
    List<Column> stored,
    int rowidAlias,
    List<KeyOrder.Field> key,
    List<String> keyColumns,
    List<IndexShape> indexes) {

  /**
   * @param defaultValue as SQL, or null
   */
  record Column(
      String name, String declared, Affinity affinity, boolean notNull, String defaultValue) {

    boolean canHold(long type, boolean strict) {
      if (!strict) {
        return affinity.canHold(type);
      }
      if (type == SerialType.NULL) {
        return true;
      }
      return switch (declared.toUpperCase(Locale.ROOT)) {
        case "INT", "INTEGER" -> SerialType.isInteger(type);
        case "REAL" -> type < SerialType.BLOB;
        case "TEXT" -> SerialType.isText(type);
        case "BLOB" -> SerialType.isBlob(type);
        default -> true;
      };
    }
  }

  /**
   * @param columns of each field of an entry the column's place in the record, {@link #ROWID}, or
   *     {@link #EXPRESSION}
   * @param keys how many of the fields are the declared key; what tells rows apart stands behind
   * @param order null where an application's collation takes part in it
   */
  record IndexShape(
      String name,
      long root,
      boolean unique,
      boolean partial,
      int[] columns,
      int keys,
      List<KeyOrder.Field> order) {
    static final int ROWID = -1;

    /** Also a VIRTUAL column, whose value stands in no record. */
    static final int EXPRESSION = -2;

    /** Whether an entry can be told from its row. */
    boolean isPlain() {
      if (partial) {
        return false;
      }
      for (int column : columns) {
        if (column == EXPRESSION) {
          return false;
        }
      }
      return true;
    }
  }

  boolean withoutRowid() {
    return key != null;
  }

  /** Whether the key says which row it is even after a VACUUM. */
  boolean hasStableKey() {
    return withoutRowid() || rowidAlias >= 0;
  }

  /** Whether a record can be a row of this table, as far as an intact tree lets in anything. */
  boolean allows(RecordCursor record) {
    return record.fields() >= 1
        && record.fields() <= stored.size()
        && (rowidAlias < 0
            || rowidAlias >= record.fields()
            || record.type(rowidAlias) == SerialType.NULL);
  }

  /** Whether SQLite would have let this record in. */
  boolean accepts(RecordCursor record) {
    if (!allows(record)) {
      return false;
    }
    for (int i = 0; i < record.fields(); i++) {
      Column column = stored.get(i);
      if (i == rowidAlias) {
        continue;
      }
      long type = record.type(i);
      if (!column.canHold(type, strict) || column.notNull() && type == SerialType.NULL) {
        return false;
      }
    }
    return true;
  }
}
