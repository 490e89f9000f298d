package dev.sqlguard.schema;

/** The WHERE clause of a partial index. */
public interface Condition {
  /** Whether the index has an entry for {@code row}: not where the clause is false or NULL. */
  boolean holds(Row row);
}
