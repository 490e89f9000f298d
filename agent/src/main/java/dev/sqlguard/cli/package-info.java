/** The same jar as a command: salvage, status, restore. */
package dev.sqlguard.cli;
