package dev.sqlguard.schema;

import dev.sqlguard.format.Collation;

/**
 * A column whose value stands in its table's records.
 *
 * @param collation null for one that an application defines
 * @param generated whether it is a STORED column, whose value follows from others
 * @param defaultValue what records have that are older than the column; null where only SQLite can
 *     tell
 */
public record ColumnSchema(
    String name,
    Affinity affinity,
    Collation collation,
    boolean generated,
    SqlValue defaultValue) {}
