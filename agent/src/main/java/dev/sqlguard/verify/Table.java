package dev.sqlguard.verify;

/**
 * A table that has a b-tree.
 *
 * @param root the b-tree's first page
 */
record Table(String name, long root) {}
