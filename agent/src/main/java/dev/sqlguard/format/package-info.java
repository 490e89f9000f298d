/**
 * The SQLite file format as immutable values and pure functions over bytes that may be hostile.
 *
 * @see <a href="https://www.sqlite.org/fileformat2.html">Database File Format</a>
 */
package dev.sqlguard.format;
