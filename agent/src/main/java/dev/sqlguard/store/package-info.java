/**
 * Files: durable writes, atomic replacement, locks and users of a database file, and the guard's
 * own state file. Everything that touches a disk does it here.
 */
package dev.sqlguard.store;
