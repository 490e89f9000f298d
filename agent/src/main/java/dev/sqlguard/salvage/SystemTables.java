package dev.sqlguard.salvage;

/** Tables that SQLite itself makes, and always in the same way. */
final class SystemTables {
  static final String SEQUENCE = "sqlite_sequence";

  private SystemTables() {}

  /** Null for every other table. */
  static String definition(String name) {
    return switch (name) {
      case SEQUENCE -> "CREATE TABLE sqlite_sequence(name,seq)";
      case "sqlite_stat1" -> "CREATE TABLE sqlite_stat1(tbl,idx,stat)";
      case "sqlite_stat4" -> "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)";
      default -> null;
    };
  }
}
