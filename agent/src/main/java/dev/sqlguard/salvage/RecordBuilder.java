package dev.sqlguard.salvage;

import dev.sqlguard.format.SerialType;
import dev.sqlguard.format.Varint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Composes a record value by value (file format, section 2.1). May be used again after {@link
 * #clear}.
 */
final class RecordBuilder {
  private static final int ROOT_PAGE_FIELD = 3;
  private static final int[] INTEGER_SIZES = {1, 2, 3, 4, 6, 8};

  private byte[] types = new byte[64];
  private int typesSize;
  private byte[] body = new byte[256];
  private int bodySize;
  private long following;

  RecordBuilder clear() {
    typesSize = 0;
    bodySize = 0;
    following = 0;
    return this;
  }

  RecordBuilder addNull() {
    return addType(SerialType.NULL);
  }

  RecordBuilder addInteger(long value) {
    if (value == 0 || value == 1) {
      return addType(value == 0 ? SerialType.ZERO : SerialType.ONE);
    }
    int type = 1;
    while (value != value << 64 - 8 * INTEGER_SIZES[type - 1] >> 64 - 8 * INTEGER_SIZES[type - 1]) {
      type++;
    }
    int size = INTEGER_SIZES[type - 1];
    addType(type);
    int at = room(size);
    for (int i = 0; i < size; i++) {
      body[at + i] = (byte) (value >> 8 * (size - 1 - i));
    }
    return this;
  }

  /** NaN becomes NULL, as SQLite has it. */
  RecordBuilder addReal(double value) {
    if (Double.isNaN(value)) {
      return addNull();
    }
    addType(SerialType.REAL);
    int at = room(Double.BYTES);
    ByteBuffer.wrap(body).putDouble(at, value);
    return this;
  }

  /**
   * @param encoded in the encoding of the database
   */
  RecordBuilder addText(byte[] encoded) {
    return add(SerialType.TEXT + 2L * encoded.length, encoded, 0);
  }

  RecordBuilder addBlob(byte[] value) {
    return add(SerialType.BLOB + 2L * value.length, value, 0);
  }

  /**
   * Adds a value of another record as it is.
   *
   * @param from where its bytes start
   */
  RecordBuilder add(long serialType, byte[] bytes, int from) {
    int size = Math.toIntExact(sizeOf(serialType));
    addType(serialType);
    int at = room(size);
    System.arraycopy(bytes, from, body, at, size);
    return this;
  }

  /**
   * Adds a value whose bytes {@link #build(Payload, long)} takes from another record. No value
   * whose bytes are here can come behind it.
   */
  RecordBuilder addFollowing(long serialType) {
    following = Math.addExact(following, sizeOf(serialType));
    putType(serialType);
    return this;
  }

  private static long sizeOf(long serialType) {
    long size = SerialType.size(serialType);
    if (size < 0) {
      throw new IllegalArgumentException("no serial type: " + serialType);
    }
    return size;
  }

  private RecordBuilder addType(long serialType) {
    if (following > 0 && SerialType.size(serialType) > 0) {
      throw new IllegalStateException("a value behind those that follow");
    }
    putType(serialType);
    return this;
  }

  private void putType(long serialType) {
    if (types.length - typesSize < Varint.LONGEST) {
      types = Arrays.copyOf(types, 2 * types.length);
    }
    typesSize = Varint.put(types, typesSize, serialType);
  }

  private int room(int size) {
    int at = bodySize;
    bodySize = Math.addExact(bodySize, size);
    if (bodySize > body.length) {
      body = Arrays.copyOf(body, (int) Math.min(Integer.MAX_VALUE - 8, 2L * bodySize));
    }
    return at;
  }

  /**
   * @throws IllegalStateException where values follow that are not here
   */
  byte[] build() {
    if (following > 0) {
      throw new IllegalStateException("values follow in another record");
    }
    return own();
  }

  /** The values that are here, then the bytes of the following ones, from {@code from} on. */
  Payload build(Payload source, long from) {
    byte[] own = own();
    long size = own.length + following;
    return new Payload() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void read(long position, byte[] into, int at, int length) throws IOException {
        int mine = (int) Math.max(0, Math.min(length, own.length - position));
        if (mine > 0) {
          System.arraycopy(own, (int) position, into, at, mine);
        }
        if (mine < length) {
          source.read(from + position + mine - own.length, into, at + mine, length - mine);
        }
      }
    };
  }

  private byte[] own() {
    int headerSize = typesSize + 1;
    while (typesSize + Varint.size(headerSize) > headerSize) {
      headerSize++;
    }
    byte[] record = new byte[Math.addExact(headerSize, bodySize)];
    int at = Varint.put(record, 0, headerSize);
    System.arraycopy(types, 0, record, at, typesSize);
    System.arraycopy(body, 0, record, headerSize, bodySize);
    return record;
  }

  /**
   * A record of sqlite_schema with another root page, all else as it is.
   *
   * @throws IllegalArgumentException where it isn't a record with the columns of that table
   */
  static byte[] withRootPage(byte[] schemaRecord, int rootPage) {
    int varint = Varint.length(schemaRecord, 0, schemaRecord.length);
    long headerSize = Varint.value(schemaRecord, 0, varint);
    if (varint == 0 || headerSize > schemaRecord.length) {
      throw new IllegalArgumentException("not a record");
    }
    RecordBuilder copy = new RecordBuilder();
    long body = headerSize;
    int field = 0;
    for (int at = varint; at < headerSize; at += varint) {
      varint = Varint.length(schemaRecord, at, (int) headerSize);
      long type = varint == 0 ? -1 : Varint.value(schemaRecord, at, varint);
      long size = SerialType.size(type);
      if (size < 0 || size > schemaRecord.length - body) {
        throw new IllegalArgumentException("not a record");
      }
      if (field++ == ROOT_PAGE_FIELD) {
        copy.addInteger(rootPage);
      } else {
        copy.add(type, schemaRecord, (int) body);
      }
      body += size;
    }
    if (field <= ROOT_PAGE_FIELD) {
      throw new IllegalArgumentException("only " + field + " columns");
    }
    return copy.build();
  }
}
