/** What CREATE statements say of the records in b-trees, found out without SQLite. */
package dev.sqlguard.schema;
