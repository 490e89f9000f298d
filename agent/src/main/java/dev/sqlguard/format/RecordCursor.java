package dev.sqlguard.format;

import java.util.Arrays;

/**
 * Reads the headers of records, one after the other, without making an object for each (file
 * format, section 2.1).
 */
public final class RecordCursor {
  /** What {@link #parse} came to. */
  public enum Result {
    /** The header is exact: its types account for every byte of the payload. */
    EXACT,
    /** This is no record, or not one of that length. */
    BROKEN,
    /** The header goes on beyond the bytes at hand. */
    INCOMPLETE
  }

  private long[] types = new long[64];
  private long[] offsets = new long[64];
  private int fields;
  private long bodySize;

  /**
   * Reads a record's header.
   *
   * @param at where the record begins
   * @param available how many of its bytes are at hand
   * @param payloadSize how many it has in all
   */
  public Result parse(byte[] b, int at, int available, long payloadSize) {
    fields = 0;
    bodySize = 0;
    int length = available > 0 && b[at] >= 0 ? 1 : Varint.length(b, at, at + available);
    if (length == 0) {
      return available < Varint.LONGEST && available < payloadSize
          ? Result.INCOMPLETE
          : Result.BROKEN;
    }
    long headerSize = Varint.value(b, at, length);
    if (headerSize < length || headerSize > payloadSize) {
      return Result.BROKEN;
    }
    if (headerSize > available) {
      return Result.INCOMPLETE;
    }
    int next = at + length;
    int end = at + (int) headerSize;
    long offset = headerSize;
    while (next < end) {
      int bytes = 1;
      long type = b[next];
      long size;
      if (type >= 0) {
        size = SerialType.oneByteSize(b[next]);
      } else {
        bytes = Varint.length(b, next, end);
        if (bytes == 0) {
          return Result.BROKEN;
        }
        type = Varint.value(b, next, bytes);
        size = SerialType.size(type);
      }
      if (size < 0 || size > payloadSize) {
        return Result.BROKEN;
      }
      if (fields == types.length) {
        types = Arrays.copyOf(types, 2 * fields);
        offsets = Arrays.copyOf(offsets, 2 * fields);
      }
      types[fields] = type;
      offsets[fields++] = offset;
      offset += size;
      next += bytes;
    }
    bodySize = offset;
    return offset == payloadSize ? Result.EXACT : Result.BROKEN;
  }

  /** Speaks of the same record as {@code other}, until the next {@link #parse}. */
  public void copyOf(RecordCursor other) {
    types = Arrays.copyOf(other.types, Math.max(1, other.fields));
    offsets = Arrays.copyOf(other.offsets, Math.max(1, other.fields));
    fields = other.fields;
    bodySize = other.bodySize;
  }

  public int fields() {
    return fields;
  }

  /** See {@link SerialType}. */
  public long type(int field) {
    return types[field];
  }

  /** Where a value begins, counted from the record's first byte. */
  public long offset(int field) {
    return offsets[field];
  }

  /** Where the record ends by its header, counted from its first byte. */
  public long size() {
    return bodySize;
  }
}
