package dev.sqlguard.schema;

import dev.sqlguard.format.SerialType;
import java.util.Locale;

/** What a column does to the values that are stored in it ("Datatypes in SQLite", section 3). */
public enum Affinity {
  INTEGER,
  TEXT,
  BLOB,
  REAL,
  NUMERIC;

  /** Of a declared type (section 3.1). */
  public static Affinity of(String declared) {
    String type = declared == null ? "" : declared.toUpperCase(Locale.ROOT);
    if (type.contains("INT")) {
      return INTEGER;
    }
    if (type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT")) {
      return TEXT;
    }
    if (type.isEmpty() || type.contains("BLOB")) {
      return BLOB;
    }
    return type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB") ? REAL : NUMERIC;
  }

  /** Whether a column of this affinity can hold a value of this type at all. */
  public boolean canHold(long serialType) {
    return this != TEXT || serialType == SerialType.NULL || serialType >= SerialType.BLOB;
  }

  /** Whether it would be odd. */
  public boolean expects(long serialType) {
    if (serialType == SerialType.NULL || this == BLOB) {
      return true;
    }
    boolean number = serialType < SerialType.BLOB;
    return switch (this) {
      case TEXT -> SerialType.isText(serialType);
      case REAL, INTEGER -> number;
      default -> true;
    };
  }
}
