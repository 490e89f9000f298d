package dev.sqlguard.scan;

import dev.sqlguard.format.FieldValue;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.schema.SchemaEntry;
import java.util.ArrayList;
import java.util.List;

/** Collects the rows of sqlite_schema (file format, section 2.6). */
final class SchemaRows implements RowSink {
  /** In bytes; longer ones aren't taken into memory. */
  private static final int LONGEST = 8 << 20;

  private static final int FIELDS = 5;

  private final TextEncoding encoding;
  private final Suspicions suspicions;
  private final List<SchemaEntry> entries = new ArrayList<>();
  private final ValueHash hash = new ValueHash();
  private long first = ValueHash.firstOfEntry();
  private long second = ValueHash.secondOfEntry();
  private long length;

  SchemaRows(TextEncoding encoding, Suspicions suspicions) {
    this.encoding = encoding;
    this.suspicions = suspicions;
  }

  @Override
  public void row(Entry row, long rowid) {
    RecordCursor record = row.record();
    length += record.size();
    if (length > LONGEST) {
      return;
    }
    if (record.fields() != FIELDS) {
      suspicions.add(0, SchemaTable.NAME, "row " + rowid + " hasn't five fields");
      return;
    }
    String type = text(row, 0);
    String name = text(row, 1);
    String table = text(row, 2);
    long root = integer(row, 3);
    if (type == null || name == null || table == null) {
      suspicions.add(0, SchemaTable.NAME, "row " + rowid + " has no name");
      return;
    }
    entries.add(new SchemaEntry(rowid, type, name, table, root, text(row, 4)));
    for (int field = 0; field < FIELDS; field++) {
      if (field != 3) {
        hash.of(record, field, row.bytes(), row.at(), false);
        first = ValueHash.joinFirst(first, hash.first());
        second = ValueHash.joinSecond(second, hash.second());
      }
    }
  }

  /** Whether all of them are here. */
  boolean areComplete() {
    return length <= LONGEST;
  }

  List<SchemaEntry> entries() {
    return entries;
  }

  /** Of all that they say, in their order, root pages left out. */
  String hash() {
    return Long.toHexString(first) + Long.toHexString(second);
  }

  /** Null where it is none. */
  private String text(Entry row, int field) {
    long type = row.record().type(field);
    if (!SerialType.isText(type)) {
      return null;
    }
    int from = row.at() + (int) row.record().offset(field);
    return new String(row.bytes(), from, (int) SerialType.size(type), encoding.charset());
  }

  private static long integer(Entry row, int field) {
    long type = row.record().type(field);
    return SerialType.isInteger(type)
        ? FieldValue.integer(row.bytes(), row.at() + (int) row.record().offset(field), type)
        : 0;
  }
}
