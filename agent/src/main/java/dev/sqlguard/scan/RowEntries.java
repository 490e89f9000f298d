package dev.sqlguard.scan;

import dev.sqlguard.format.FieldValue;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.schema.Affinity;
import dev.sqlguard.schema.ColumnSchema;
import dev.sqlguard.schema.Condition;
import dev.sqlguard.schema.IndexSchema;
import dev.sqlguard.schema.Row;
import dev.sqlguard.schema.SqlValue;
import dev.sqlguard.schema.TableSchema;
import java.util.Arrays;
import java.util.List;

/**
 * Which entries the indexes of a table must have for its rows. A value that several indexes have is
 * hashed once.
 */
final class RowEntries implements Row {
  private final TableSchema table;
  private final int rowidAlias;
  private final int[][] fields;
  private final Condition[] conditions;
  private final boolean[] real;

  /** What every row has in some index; fields of partial indexes alone are hashed when needed. */
  private final int[] always;

  private final boolean[] isAlways;
  private final ValueHash hash = new ValueHash();
  private final long[] first;
  private final long[] second;
  private final int lastWanted;
  private Entry row;
  private long rowid;
  private String undecided;

  RowEntries(TableSchema table, List<IndexSchema> indexes) {
    this.table = table;
    this.rowidAlias = table.rowidAlias();
    int columns = table.fields().size();
    this.fields = new int[indexes.size()][];
    this.conditions = new Condition[indexes.size()];
    this.first = new long[columns];
    this.second = new long[columns];
    this.isAlways = new boolean[columns];
    this.real = new boolean[columns];
    for (int i = 0; i < columns; i++) {
      real[i] = table.fields().get(i).affinity() == Affinity.REAL;
    }
    int last = table.key() == null ? -1 : table.key().size() - 1;
    int count = 0;
    for (int i = 0; i < fields.length; i++) {
      fields[i] = indexes.get(i).fields();
      conditions[i] = indexes.get(i).condition();
      for (int field : fields[i]) {
        last = Math.max(last, field);
        if (conditions[i] == null && field != IndexSchema.ROWID && !isAlways[field]) {
          isAlways[field] = true;
          count++;
        }
      }
      // A condition may look at anything.
      last = conditions[i] == null ? last : columns - 1;
    }
    this.lastWanted = last;
    this.always = new int[count];
    for (int i = 0, next = 0; i < columns; i++) {
      if (isAlways[i]) {
        always[next++] = i;
      }
    }
  }

  /** The last field that must be at hand. */
  int lastWanted() {
    return lastWanted;
  }

  /** Why only SQLite can tell what some row's entries are; null where there was no such row. */
  String undecided() {
    return undecided;
  }

  /**
   * Adds the entries for one row. In one piece, see {@link ValueHash#of}.
   *
   * @param sums of each index
   */
  void add(Entry record, long rowidOfIt, EntrySum[] sums) {
    row = record;
    rowid = rowidOfIt;
    RecordCursor cursor = record.record();
    int there = cursor.fields();
    for (int field : always) {
      if (field < there && field != rowidAlias) {
        hash.of(cursor, field, record.bytes(), record.at(), real[field]);
        first[field] = hash.first();
        second[field] = hash.second();
      } else {
        hashField(field);
      }
    }
    for (int i = 0; i < sums.length; i++) {
      Condition condition = conditions[i];
      if (condition != null && !condition.holds(this)) {
        continue;
      }
      long a = ValueHash.firstOfEntry();
      long b = ValueHash.secondOfEntry();
      for (int field : fields[i]) {
        if (field == IndexSchema.ROWID) {
          hash.ofInteger(rowidOfIt);
          a = ValueHash.joinFirst(a, hash.first());
          b = ValueHash.joinSecond(b, hash.second());
          continue;
        }
        if (condition != null && !isAlways[field]) {
          hashField(field);
        }
        a = ValueHash.joinFirst(a, first[field]);
        b = ValueHash.joinSecond(b, second[field]);
      }
      EntrySum sum = sums[i];
      sum.add(ValueHash.finished(a), ValueHash.finished(b));
    }
  }

  private void hashField(int field) {
    RecordCursor record = row.record();
    if (field == rowidAlias) {
      hash.ofInteger(rowid);
    } else if (field < record.fields()) {
      hash.of(record, field, row.bytes(), row.at(), real[field]);
    } else {
      hash.of(defaultOf(field));
    }
    first[field] = hash.first();
    second[field] = hash.second();
  }

  private SqlValue defaultOf(int field) {
    ColumnSchema column = table.fields().get(field);
    if (column.defaultValue() == null) {
      undecided = "a row is older than its column " + column.name();
      return new SqlValue.NullValue();
    }
    return column.defaultValue();
  }

  @Override
  public SqlValue value(int field) {
    if (field == IndexSchema.ROWID || field == rowidAlias) {
      return new SqlValue.IntegerValue(rowid);
    }
    RecordCursor record = row.record();
    if (field >= record.fields()) {
      return defaultOf(field);
    }
    byte[] bytes = row.bytes();
    int from = row.at() + (int) record.offset(field);
    long type = record.type(field);
    if (type >= SerialType.BLOB) {
      byte[] value = Arrays.copyOfRange(bytes, from, from + (int) SerialType.size(type));
      return SerialType.isText(type)
          ? new SqlValue.TextValue(value)
          : new SqlValue.BlobValue(value);
    }
    if (type == SerialType.NULL) {
      return new SqlValue.NullValue();
    }
    if (type != SerialType.REAL && !real[field]) {
      return new SqlValue.IntegerValue(FieldValue.integer(bytes, from, type));
    }
    double real =
        type == SerialType.REAL
            ? FieldValue.real(bytes, from)
            : (double) FieldValue.integer(bytes, from, type);
    return Double.isNaN(real) ? new SqlValue.NullValue() : new SqlValue.RealValue(real);
  }
}
