package dev.sqlguard.guard;

import java.nio.file.Path;

/**
 * A file that an application is about to open.
 *
 * @param asGiven absolute, as the application named it
 * @param file absolute, symbolic links resolved; need not exist
 * @param readOnly the application can't change it through this connection
 * @param locking false where SQLite is told to do without its usual locks
 * @param plainName false where an old driver would put side files somewhere else than beside the
 *     file, because it opens it through a symbolic link
 */
public record Target(
    Path asGiven, Path file, boolean readOnly, boolean locking, boolean plainName) {}
