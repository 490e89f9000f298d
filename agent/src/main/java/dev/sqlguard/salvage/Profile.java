package dev.sqlguard.salvage;

import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import java.util.Arrays;

/** What the records of some pages have in common: how many fields, and what stands in them. */
final class Profile {
  private static final int NULL = 1;
  private static final int NUMBER = 2;
  private static final int REAL = 4;
  private static final int TEXT = 8;
  private static final int BLOB = 16;

  /** Fields beyond are not told apart. */
  private static final int MOST = 64;

  private byte[] classes = new byte[8];
  private int fewest = Integer.MAX_VALUE;
  private int most;

  void add(RecordCursor record) {
    fewest = Math.min(fewest, record.fields());
    most = Math.max(most, record.fields());
    makeRoom();
    for (int i = 0; i < Math.min(MOST, record.fields()); i++) {
      classes[i] |= (byte) classOf(record.type(i));
    }
  }

  void add(Profile other) {
    fewest = Math.min(fewest, other.fewest);
    most = Math.max(most, other.most);
    makeRoom();
    for (int i = 0; i < Math.min(MOST, other.most); i++) {
      classes[i] |= other.classes[i];
    }
  }

  private void makeRoom() {
    if (classes.length < Math.min(MOST, most)) {
      classes = Arrays.copyOf(classes, MOST);
    }
  }

  /** Equal ones need to be kept only once. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Profile profile
        && fewest == profile.fewest
        && most == profile.most
        && Arrays.equals(classes, profile.classes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * fewest + most) + Arrays.hashCode(classes);
  }

  /** The most fields that a record has. */
  int fields() {
    return most;
  }

  /**
   * How odd these records would be in a table, -1 where SQLite would never have let them in. Short
   * records are what ALTER TABLE ADD COLUMN leaves.
   */
  int oddityIn(TableShape shape) {
    if (most == 0 || most > shape.stored().size()) {
      return -1;
    }
    int oddity = shape.stored().size() - most;
    for (int i = 0; i < Math.min(MOST, most); i++) {
      if (i == shape.rowidAlias()) {
        if (classes[i] != NULL) {
          return -1;
        }
        continue;
      }
      int odd = oddityOf(classes[i], shape.stored().get(i), shape.strict());
      if (odd < 0) {
        return -1;
      }
      oddity += odd;
      // A rowid's place in the record holds nothing, ever; elsewhere that is odd.
      oddity += classes[i] == NULL && i > 0 ? 1 : 0;
      oddity += i == 0 && classes[i] == NULL ? 2 : 0;
    }
    return oddity;
  }

  /** How odd these records would be as entries of an index, -1 where they can't be such. */
  int oddityIn(TableShape table, TableShape.IndexShape index) {
    if (!fits(index)) {
      return -1;
    }
    int oddity = 0;
    for (int i = 0; i < Math.min(MOST, most); i++) {
      int stored = index.columns()[i];
      if (stored == TableShape.IndexShape.EXPRESSION) {
        continue;
      }
      if (stored == TableShape.IndexShape.ROWID || stored == table.rowidAlias()) {
        if (classes[i] != NUMBER) {
          return -1;
        }
        continue;
      }
      int odd = oddityOf(classes[i], table.stored().get(stored), table.strict());
      if (odd < 0) {
        return -1;
      }
      oddity += odd;
    }
    return oddity;
  }

  /** How many classes of values stand in fields in which other records have none of that class. */
  int unlike(Profile others) {
    int unlike = 0;
    for (int i = 0; others.most > 0 && i < Math.min(MOST, most); i++) {
      int there = i < others.classes.length ? others.classes[i] : 0;
      unlike += Integer.bitCount(classes[i] & ~there);
    }
    return unlike;
  }

  /** -1 where the column can't hold one of the classes. */
  private static int oddityOf(int classes, TableShape.Column column, boolean strict) {
    int oddity = 0;
    for (int each = NULL; each <= BLOB; each <<= 1) {
      if ((classes & each) == 0) {
        continue;
      }
      long type = sample(each);
      if (!column.canHold(type, strict) || each == NULL && column.notNull()) {
        return -1;
      }
      oddity += column.affinity().expects(type) ? 0 : 1;
    }
    return oddity;
  }

  /** Whether these could be the entries of an index. */
  boolean fits(TableShape.IndexShape index) {
    return fewest == index.columns().length && most == index.columns().length;
  }

  private static int classOf(long type) {
    if (type == SerialType.NULL) {
      return NULL;
    }
    if (type == SerialType.REAL) {
      return REAL;
    }
    return type < SerialType.BLOB ? NUMBER : SerialType.isText(type) ? TEXT : BLOB;
  }

  private static long sample(int each) {
    return switch (each) {
      case NULL -> SerialType.NULL;
      case NUMBER -> SerialType.ONE;
      case REAL -> SerialType.REAL;
      case TEXT -> SerialType.TEXT;
      default -> SerialType.BLOB;
    };
  }
}
