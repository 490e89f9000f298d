package dev.sqlguard.store.fault;

import static dev.sqlguard.store.fault.Call.Kind.CLOSE_ASIDE;
import static dev.sqlguard.store.fault.Call.Kind.COPY_ATTRIBUTES;
import static dev.sqlguard.store.fault.Call.Kind.CREATE;
import static dev.sqlguard.store.fault.Call.Kind.LINK;
import static dev.sqlguard.store.fault.Call.Kind.LOCK;
import static dev.sqlguard.store.fault.Call.Kind.MAKE_DIRECTORY;
import static dev.sqlguard.store.fault.Call.Kind.OPEN;
import static dev.sqlguard.store.fault.Call.Kind.RENAME;
import static dev.sqlguard.store.fault.Call.Kind.SET_ATTRIBUTE;
import static dev.sqlguard.store.fault.Call.Kind.SQLITE;
import static dev.sqlguard.store.fault.Call.Kind.START_WRITING;
import static dev.sqlguard.store.fault.Call.Kind.SYNC;
import static dev.sqlguard.store.fault.Call.Kind.SYNC_DIRECTORY;
import static dev.sqlguard.store.fault.Call.Kind.TRUNCATE;
import static dev.sqlguard.store.fault.Call.Kind.UNLINK;
import static dev.sqlguard.store.fault.Call.Kind.WRITE;

import dev.sqlguard.store.Syscalls;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A way in which a system call fails, with the exception that {@link Syscalls} makes of it. */
public enum Failure {
  /** ENOSPC. Names can still be taken away, and what is there can be read. */
  NO_SPACE(
      "No space left on device",
      "[SQLITE_FULL] Insertion failed because database is full (database or disk is full)",
      13,
      Set.of(CREATE, MAKE_DIRECTORY, WRITE, TRUNCATE, SYNC, START_WRITING, COPY_ATTRIBUTES)),

  /** The same, but for the first bytes of a write, which do reach the file. */
  SHORT_WRITE(NO_SPACE.reason, NO_SPACE.sqlite, NO_SPACE.sqliteCode, NO_SPACE.lasting),

  /** EIO: everything fails. */
  IO_ERROR(
      "Input/output error",
      "[SQLITE_IOERR] Some kind of disk I/O error occurred (disk I/O error)",
      10,
      Set.of(Call.Kind.values())),

  /** EACCES: what needs a permission. */
  NO_PERMISSION(
      "Permission denied",
      "[SQLITE_CANTOPEN] Unable to open the database file (unable to open database file)",
      14,
      Set.of(CREATE, MAKE_DIRECTORY, OPEN, RENAME, LINK, UNLINK, SET_ATTRIBUTE, COPY_ATTRIBUTES)),

  /** EROFS: everything that changes something. */
  READ_ONLY(
      "Read-only file system",
      "[SQLITE_READONLY] Attempt to write a readonly database (attempt to write a readonly"
          + " database)",
      8,
      Set.of(
          CREATE,
          MAKE_DIRECTORY,
          OPEN,
          WRITE,
          TRUNCATE,
          RENAME,
          LINK,
          UNLINK,
          SET_ATTRIBUTE,
          COPY_ATTRIBUTES,
          SQLITE));

  private final String reason;
  private final String sqlite;
  private final int sqliteCode;
  private final Set<Call.Kind> lasting;

  Failure(String reason, String sqlite, int sqliteCode, Set<Call.Kind> lasting) {
    this.reason = reason;
    this.sqlite = sqlite;
    this.sqliteCode = sqliteCode;
    this.lasting = lasting;
  }

  /**
   * The ways that differ for a call: of a write alone a part may be done; and of some that fail
   * once the guard sees the same exception, whatever the reason.
   *
   * @param lasting whether others fail after it
   */
  public static List<Failure> of(Call.Kind kind, boolean lasting) {
    if (!lasting && (kind == SYNC || kind == START_WRITING || kind == COPY_ATTRIBUTES)) {
      return List.of(IO_ERROR);
    }
    List<Failure> ways = new ArrayList<>(List.of(values()));
    if (kind != WRITE) {
      ways.remove(SHORT_WRITE);
    }
    return ways;
  }

  /** Whether this call too fails for as long as what is wrong with the disk lasts. */
  boolean hits(Call call) {
    return lasting.contains(call.kind());
  }

  IOException of(Call call) {
    String path = call.path().toString();
    Call.Kind kind = call.kind();
    if (kind == SQLITE) {
      return new IOException(new SQLException(sqlite, null, sqliteCode));
    }
    if (kind == WRITE && this == SHORT_WRITE) {
      return new WatchedSyscalls.ShortWrite(call.length() / 2, path, reason);
    }
    if (kind == OPEN) {
      return new FileNotFoundException(path + " (" + reason + ")");
    }
    if (kind == SYNC || kind == START_WRITING) {
      return new FileSystemException(path, null, "sync failed");
    }
    if (Set.of(WRITE, TRUNCATE, LOCK, SYNC_DIRECTORY, CLOSE_ASIDE).contains(kind)) {
      return new FileSystemException(path, null, reason);
    }
    if (kind == COPY_ATTRIBUTES) {
      return new IOException("the attributes of " + path + " can't be copied");
    }
    String other = call.target() == null ? null : call.target().toString();
    return this == NO_PERMISSION
        ? new AccessDeniedException(path, other, null)
        : new FileSystemException(path, other, reason);
  }
}
