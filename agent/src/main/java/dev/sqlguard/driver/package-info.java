/** What a SQLite driver looks like, what its open argument means, and opening through it. */
package dev.sqlguard.driver;
