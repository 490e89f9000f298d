package dev.sqlguard.scan;

import dev.sqlguard.format.FieldValue;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.schema.Affinity;
import dev.sqlguard.schema.ColumnSchema;
import dev.sqlguard.schema.IndexSchema;
import dev.sqlguard.schema.Row;
import dev.sqlguard.schema.SqlValue;
import dev.sqlguard.schema.TableSchema;
import java.util.Arrays;
import java.util.List;

/**
 * Which entries the indexes of a table must have for its rows. Each value is hashed once for all
 * indexes, when the first of them asks for it.
 */
final class RowEntries implements Row {
  private final TableSchema table;
  private final List<IndexSchema> indexes;
  private final ValueHash hash = new ValueHash();
  private final long[] first;
  private final long[] second;
  private final boolean[] known;
  private final int lastWanted;
  private Entry row;
  private long rowid;
  private String undecided;

  RowEntries(TableSchema table, List<IndexSchema> indexes) {
    this.table = table;
    this.indexes = indexes;
    int fields = table.fields().size();
    this.first = new long[fields];
    this.second = new long[fields];
    this.known = new boolean[fields];
    int last = table.key() == null ? -1 : table.key().size() - 1;
    for (IndexSchema index : indexes) {
      for (int field : index.fields()) {
        last = Math.max(last, field);
      }
      // A condition may look at anything.
      last = index.condition() == null ? last : fields - 1;
    }
    this.lastWanted = last;
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
   * Adds the entries for one row.
   *
   * @param sums of each index
   */
  void add(Entry record, long rowidOfIt, EntrySum[] sums) {
    if (sums.length == 0) {
      return;
    }
    row = record;
    rowid = rowidOfIt;
    Arrays.fill(known, false);
    for (int i = 0; i < sums.length; i++) {
      IndexSchema index = indexes.get(i);
      if (index.condition() == null || index.condition().holds(this)) {
        add(index, sums[i]);
      }
    }
  }

  private void add(IndexSchema index, EntrySum sum) {
    long a = ValueHash.firstOfEntry();
    long b = ValueHash.secondOfEntry();
    for (int field : index.fields()) {
      if (field == IndexSchema.ROWID) {
        hash.ofInteger(rowid);
        a = ValueHash.joinFirst(a, hash.first());
        b = ValueHash.joinSecond(b, hash.second());
      } else {
        if (!known[field]) {
          hashField(field);
        }
        a = ValueHash.joinFirst(a, first[field]);
        b = ValueHash.joinSecond(b, second[field]);
      }
    }
    sum.add(a, b);
  }

  private void hashField(int field) {
    RecordCursor record = row.record();
    if (field == table.rowidAlias()) {
      hash.ofInteger(rowid);
    } else if (field < record.fields()) {
      hash.of(record, field, row.bytes(), row.at(), isReal(field));
    } else {
      hash.of(defaultOf(field));
    }
    first[field] = hash.first();
    second[field] = hash.second();
    known[field] = true;
  }

  private boolean isReal(int field) {
    return table.fields().get(field).affinity() == Affinity.REAL;
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
    if (field == IndexSchema.ROWID || field == table.rowidAlias()) {
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
    if (type != SerialType.REAL && !isReal(field)) {
      return new SqlValue.IntegerValue(FieldValue.integer(bytes, from, type));
    }
    double real =
        type == SerialType.REAL
            ? FieldValue.real(bytes, from)
            : (double) FieldValue.integer(bytes, from, type);
    return Double.isNaN(real) ? new SqlValue.NullValue() : new SqlValue.RealValue(real);
  }
}
