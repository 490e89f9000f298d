package dev.sqlguard.guard;

import dev.sqlguard.store.FileStat;
import java.util.Optional;

/**
 * A full check that found a database healthy.
 *
 * @param at when it began, in milliseconds since 1970
 * @param main what stat said of the file then
 * @param backup the hash of the newest backup, where that holds what the file alone held then;
 *     whatever was written since has changed what stat says
 */
record FullCheck(long at, FileStat main, Optional<String> backup) {}
