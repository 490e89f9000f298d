/** From a damaged database to the best that can be put in its place. */
package dev.sqlguard.repair;
