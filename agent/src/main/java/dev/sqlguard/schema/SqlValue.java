package dev.sqlguard.schema;

/** A value that stands in a schema, or in a record that is compared with it. */
public sealed interface SqlValue {
  /** NULL. */
  record NullValue() implements SqlValue {}

  /** An integer. */
  record IntegerValue(long value) implements SqlValue {}

  /** A floating point number; never NaN, which SQLite reads as NULL. */
  record RealValue(double value) implements SqlValue {}

  /**
   * A text.
   *
   * @param bytes in the database's encoding
   */
  record TextValue(byte[] bytes) implements SqlValue {}

  /** A BLOB. */
  record BlobValue(byte[] bytes) implements SqlValue {}
}
