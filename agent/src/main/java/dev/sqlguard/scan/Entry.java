package dev.sqlguard.scan;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import java.io.IOException;

/** A record, and those of its bytes that were asked for. One object for many records. */
final class Entry {
  /** What came of reading one. */
  enum Result {
    READ,
    /** Too much of it is wanted for the memory that a scan may take. */
    TOO_LONG,
    /** A suspicion. */
    BROKEN
  }

  /** In bytes. */
  private static final int LONGEST = 1 << 17;

  private static final int OBJECTS_WEIGHT = 200;

  private final RecordCursor record = new RecordCursor();
  private byte[] bytes = new byte[0];
  private int at;
  private long size;
  private int atHand;
  private byte[] own = new byte[0];

  /**
   * Reads the record of a cell. It is good as long as nothing else is read into {@code page}.
   *
   * @param number of {@code page}
   * @param last the last field whose value is wanted; -1 for none
   */
  Result read(
      byte[] page,
      long number,
      CellCursor cell,
      String object,
      int last,
      OverflowChain chain,
      Suspicions suspicions)
      throws IOException {
    size = cell.payloadSize();
    atHand = cell.localSize();
    bytes = page;
    at = cell.payloadAt();
    int local = cell.localSize();
    RecordCursor.Result header = record.parse(page, at, local, size);
    boolean tooLong = false;
    if (header == RecordCursor.Result.INCOMPLETE) {
      int wanted = (int) Math.min(size, LONGEST);
      prepareOwn(page, local, wanted);
      int there = chain.peek(cell, own, wanted);
      header = record.parse(own, 0, there, size);
      tooLong = header == RecordCursor.Result.INCOMPLETE && size > LONGEST;
    }
    if (!tooLong && header != RecordCursor.Result.EXACT) {
      suspicions.add(number, object, "a record's header doesn't describe the record");
      return Result.BROKEN;
    }
    if (!cell.overflows()) {
      return Result.READ;
    }
    int end = tooLong ? 0 : endOf(Math.min(last, record.fields() - 1));
    tooLong |= end > LONGEST;
    int wanted = tooLong ? 0 : end;
    if (wanted > local) {
      prepareOwn(page, local, wanted);
      bytes = own;
      at = 0;
      atHand = wanted;
    }
    if (!chain.follow(cell, number, object, own, wanted)) {
      return Result.BROKEN;
    }
    return tooLong ? Result.TOO_LONG : Result.READ;
  }

  /** Takes a record over, with what is at hand of its bytes. */
  void copyOf(Entry other) {
    own = new byte[other.atHand + BigEndian.PADDING];
    System.arraycopy(other.bytes, other.at, own, 0, other.atHand);
    bytes = own;
    at = 0;
    size = other.size;
    atHand = other.atHand;
    record.copyOf(other.record);
  }

  /** About how much memory a copy takes, in bytes. */
  int weight() {
    return OBJECTS_WEIGHT + 2 * Long.BYTES * record.fields() + atHand;
  }

  RecordCursor record() {
    return record;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where the record begins in {@link #bytes}. */
  int at() {
    return at;
  }

  /** Where a field ends, counted from the record's beginning; capped. */
  private int endOf(int field) {
    if (field < 0) {
      return 0;
    }
    long end = record.offset(field) + SerialType.size(record.type(field));
    return (int) Math.min(end, Integer.MAX_VALUE);
  }

  private void prepareOwn(byte[] page, int local, int wanted) {
    if (own.length < wanted + BigEndian.PADDING) {
      own = new byte[Math.max(wanted, Math.min(LONGEST, 2 * own.length)) + BigEndian.PADDING];
    }
    System.arraycopy(page, at, own, 0, Math.min(local, wanted));
  }
}
