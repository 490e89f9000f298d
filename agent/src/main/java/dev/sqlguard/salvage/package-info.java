/** Rows out of a broken database image, into a fresh database. */
package dev.sqlguard.salvage;
