package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.DatabaseImage;
import java.util.ArrayList;
import java.util.List;

/** Where the parts of a sound record stand in the image, as far as they stand in the cell. */
final class RecordBytes {
  /**
   * @param type the serial type
   * @param typeAt where it stands, the first of its bytes
   * @param at where the value stands
   * @param size of the value, in bytes
   */
  record Field(long type, int typeAt, int at, int size) {
    boolean isInteger() {
      return type >= 1 && type <= 6;
    }

    boolean isBytes() {
      return type >= 12 && size > 0;
    }
  }

  private static final int[] SIZES = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};

  final Cell cell;
  final List<Field> fields = new ArrayList<>();

  RecordBytes(DatabaseImage image, Cell cell) {
    this.cell = cell;
    int end = cell.payload() + cell.local();
    int[] next = {cell.payload()};
    long header = varint(image, next);
    long value = cell.payload() + header;
    while (next[0] < cell.payload() + header && next[0] + 9 < image.size() && value < end) {
      int typeAt = next[0];
      long type = varint(image, next);
      long size = type >= 12 ? (type - 12) / 2 : SIZES[(int) type];
      if (value + size > end) {
        break;
      }
      fields.add(new Field(type, typeAt, (int) value, (int) size));
      value += size;
    }
  }

  Field last() {
    return fields.isEmpty() ? null : fields.get(fields.size() - 1);
  }

  private static long varint(DatabaseImage image, int[] at) {
    long value = 0;
    for (int i = 0; i < 9; i++) {
      int b = image.u8(at[0]++);
      value = value << 7 | b & 0x7f;
      if (b < 0x80) {
        break;
      }
    }
    return value;
  }
}
