package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.FieldValue;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.salvage.TableShape.IndexShape;
import java.io.IOException;
import java.util.Arrays;

/**
 * Hashes what an index says of a row, from the row and from the index's entry alike: equal hashes
 * mean, as good as certainly, that both say the same. Numbers count by their value: a REAL column
 * keeps whole numbers as integers in the table only.
 */
final class EntryHash {
  private static final long SEED = 0x51AB3E7C9D2F4861L;
  private static final long NULL = 0x2545F4914F6CDD1DL;

  /** Longer keys are not read. */
  private static final int LONGEST = 1 << 20;

  /** Longer ones are not handed out. */
  private static final int LONGEST_TEXT = 4096;

  private final Payloads payloads;
  private final RecordCursor record = new RecordCursor();
  private byte[] bytes;
  private int at;
  private byte[] buffer = new byte[0];
  private boolean told;

  EntryHash(Payloads payloads) {
    this.payloads = payloads;
  }

  /**
   * Looks at a row or an entry, for the other methods to speak of.
   *
   * @param fields how many of its fields must be at hand
   * @return false where they can't be had
   */
  boolean read(byte[] page, CellCursor cell, int fields) throws IOException {
    if (!payloads.parse(page, cell, record)) {
      return false;
    }
    int last = Math.min(fields, record.fields()) - 1;
    long end = last < 0 ? 0 : record.offset(last) + SerialType.size(record.type(last));
    bytes = page;
    at = cell.payloadAt();
    if (end > cell.localSize()) {
      if (end > LONGEST) {
        return false;
      }
      if (buffer.length < end) {
        buffer = new byte[(int) end];
      }
      bytes = buffer;
      at = 0;
      return payloads.read(page, cell, buffer, (int) end) == end;
    }
    return true;
  }

  /** Whether the last hash was made of values that are all known. */
  boolean isTold() {
    return told;
  }

  /** Of the entry that an index must have for the row at hand. */
  long ofRow(TableShape shape, IndexShape index, long rowid) {
    long hash = SEED;
    told = true;
    for (int column : index.columns()) {
      hash = mix(hash, column == IndexShape.ROWID ? integer(rowid) : stored(shape, column, rowid));
    }
    return hash;
  }

  private long stored(TableShape shape, int column, long rowid) {
    if (column == shape.rowidAlias()) {
      return integer(rowid);
    }
    if (column >= record.fields()) {
      // What ALTER TABLE gave to older rows; only NULL is known without SQLite.
      told &= shape.stored().get(column).defaultValue() == null;
      return NULL;
    }
    return value(column);
  }

  /** How many fields the record at hand has. */
  int fields() {
    return record.fields();
  }

  /** Of the entry at hand. */
  long ofEntry() {
    long hash = SEED;
    for (int i = 0; i < record.fields(); i++) {
      hash = mix(hash, value(i));
    }
    return hash;
  }

  /** Which row the row at hand is. */
  long keyOfRow(TableShape shape, long rowid) {
    if (!shape.withoutRowid()) {
      return rowid;
    }
    long hash = SEED;
    for (int i = 0; i < shape.key().size(); i++) {
      hash = mix(hash, i < record.fields() ? value(i) : NULL);
    }
    return hash;
  }

  /** Which row the entry at hand is of. */
  long keyOfEntry(TableShape shape, IndexShape index) {
    if (!shape.withoutRowid()) {
      return lastInteger();
    }
    long hash = SEED;
    for (int i = 0; i < shape.key().size(); i++) {
      hash = mix(hash, fieldOf(index, i));
    }
    return hash;
  }

  private long fieldOf(IndexShape index, int column) {
    int[] columns = index.columns();
    for (int i = 0; i < columns.length && i < record.fields(); i++) {
      if (columns[i] == column) {
        return value(i);
      }
    }
    return NULL;
  }

  /** The key of the row, without rowid, that the entry at hand is of; null where it has none. */
  Bound keyIn(TableShape shape, IndexShape index) {
    RecordBuilder key = new RecordBuilder();
    for (int column = 0; column < shape.key().size(); column++) {
      int field = -1;
      for (int i = 0; i < record.fields(); i++) {
        field = field < 0 && index.columns()[i] == column ? i : field;
      }
      if (field < 0) {
        return null;
      }
      key.add(record.type(field), bytes, at + (int) record.offset(field));
    }
    byte[] built = key.build();
    return new Bound(0, built, built.length);
  }

  /** The last value of the record at hand, 0 where that is no integer. */
  long lastInteger() {
    int last = record.fields() - 1;
    return last >= 0 && SerialType.isInteger(record.type(last))
        ? FieldValue.integer(bytes, at + (int) record.offset(last), record.type(last))
        : 0;
  }

  /** A text of the record at hand, null where the value is none or a long one. */
  byte[] text(int field) {
    long type = record.type(field);
    if (!SerialType.isText(type) || SerialType.size(type) > LONGEST_TEXT) {
      return null;
    }
    int from = at + (int) record.offset(field);
    return Arrays.copyOfRange(bytes, from, from + (int) SerialType.size(type));
  }

  long value(int field) {
    long type = record.type(field);
    int from = at + (int) record.offset(field);
    if (type == SerialType.NULL) {
      return NULL;
    }
    if (type == SerialType.REAL) {
      double real = FieldValue.real(bytes, from);
      if (Double.isNaN(real)) {
        // As SQLite reads it.
        return NULL;
      }
      long whole = (long) real;
      // The largest long stands for every number beyond it, too.
      return whole == real && whole != Long.MAX_VALUE
          ? integer(whole)
          : mix(7, Double.doubleToLongBits(real));
    }
    if (type < SerialType.BLOB) {
      return integer(FieldValue.integer(bytes, from, type));
    }
    int end = from + (int) SerialType.size(type);
    long hash = SerialType.isText(type) ? 13 : 12;
    for (int i = from; i < end; i++) {
      hash = (hash ^ bytes[i] & 0xff) * 0x100000001B3L;
    }
    return mix(hash, end - from);
  }

  static long integer(long value) {
    return mix(1, value);
  }

  static long mix(long hash, long value) {
    long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
    mixed ^= mixed >>> 32;
    mixed *= 0xD6E8FEB86659FD93L;
    return mixed ^ mixed >>> 29;
  }
}
