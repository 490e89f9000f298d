package dev.sqlguard.salvage.bench;

/**
 * The objects of a database that the variants aim at.
 *
 * @param largest the largest table, with an INTEGER PRIMARY KEY and a CHECK
 * @param bare a table with neither a key nor a constraint
 * @param withoutRowid a large WITHOUT ROWID table
 * @param overflowing a table with overflow pages
 * @param index an index of the largest table
 */
public record DamageTargets(
    String largest, String bare, String withoutRowid, String overflowing, String index) {}
