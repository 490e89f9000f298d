package dev.sqlguard.schema;

/**
 * A virtual table. It has no b-tree of its own.
 *
 * @param module in lower case
 */
public record VirtualTableSchema(String name, String module, String sql) {}
