package dev.sqlguard.verify;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SQLite's primary result code of an exception. Old drivers report 0 as the vendor code and leave
 * the name of the code in the message.
 *
 * @see <a href="https://www.sqlite.org/rescode.html">Result and Error Codes</a>
 */
public record SqliteError(int code, String message) {
  /** SQLITE_BUSY: another process has it locked. */
  public static final int BUSY = 5;

  /** SQLITE_LOCKED: another connection of this process has it locked. */
  public static final int LOCKED = 6;

  /** SQLITE_CORRUPT. */
  public static final int CORRUPT = 11;

  /** SQLITE_NOTADB. */
  public static final int NOT_A_DATABASE = 26;

  private static final int NO_MEMORY = 7;
  private static final int READ_ONLY = 8;

  /** Only the guard itself interrupts, where its time is up. */
  private static final int INTERRUPT = 9;

  private static final int IO_ERROR = 10;
  private static final int FULL = 13;
  private static final int CANT_OPEN = 14;

  private static final Pattern NAMED = Pattern.compile("\\[SQLITE_([A-Z]+)");

  public static SqliteError of(SQLException e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    int code = e.getErrorCode() & 0xff;
    int named = named(message);
    return named == INTERRUPT
        ? new SqliteError(named, "SQLite was stopped: it took longer than the size explains")
        : new SqliteError(code != 0 ? code : named, message);
  }

  /** The schema can't be parsed: damage, or a file that is newer than this SQLite. */
  public boolean isUnreadableSchema() {
    return message.contains("malformed database schema")
        || message.contains("unsupported file format");
  }

  /** The time of the connection is up. */
  boolean isOutOfTime() {
    return code == INTERRUPT;
  }

  /** Proof of damage: SQLITE_CORRUPT, and not only a schema that is too new. */
  boolean isCorruption() {
    return code == CORRUPT && !isUnreadableSchema();
  }

  /**
   * The machine came in the way, not what is in the file: no space, no permission, not enough time,
   * an I/O error. At another time it may be told.
   */
  public boolean isOfTheMachine() {
    return switch (code) {
      case BUSY, LOCKED, NO_MEMORY, READ_ONLY, INTERRUPT, IO_ERROR, FULL, CANT_OPEN -> true;
      default -> false;
    };
  }

  private static int named(String message) {
    Matcher name = NAMED.matcher(message);
    if (!name.find()) {
      return 0;
    }
    return switch (name.group(1)) {
      case "BUSY" -> BUSY;
      case "LOCKED" -> LOCKED;
      case "NOMEM" -> NO_MEMORY;
      case "READONLY" -> READ_ONLY;
      case "INTERRUPT" -> INTERRUPT;
      case "IOERR" -> IO_ERROR;
      case "CORRUPT" -> CORRUPT;
      case "FULL" -> FULL;
      case "CANTOPEN" -> CANT_OPEN;
      case "NOTADB" -> NOT_A_DATABASE;
      default -> 1;
    };
  }
}
