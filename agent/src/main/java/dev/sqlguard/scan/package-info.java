/**
 * A check of a whole database image that looks at every page once, in the order of its b-trees.
 * What it finds is suspicion; SQLite is the judge.
 */
package dev.sqlguard.scan;
