package dev.sqlguard.schema;

/**
 * A row of sqlite_schema (file format, section 2.6).
 *
 * @param type table, index, view or trigger
 * @param table which table an index or a trigger belongs to
 * @param root the first page of its b-tree; 0 where it has none
 * @param sql null for the indexes that SQLite makes for constraints
 */
public record SchemaEntry(
    long rowid, String type, String name, String table, long root, String sql) {}
