package dev.sqlguard.schema;

/** The row that a condition is asked about. */
public interface Row {
  /**
   * One of its values.
   *
   * @param field its place in the table's record, or {@link IndexSchema#ROWID}
   */
  SqlValue value(int field);
}
