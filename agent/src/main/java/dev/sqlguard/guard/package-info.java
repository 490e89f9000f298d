/** The guard itself: what happens when an application opens a database, and when it ends. */
package dev.sqlguard.guard;
