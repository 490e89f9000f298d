package dev.sqlguard.salvage;

import java.util.Map;

/** Tables that SQLite itself makes, and always in the same way. */
final class SystemTables {
  static final String SEQUENCE = "sqlite_sequence";

  private static final Map<String, String> DEFINITIONS =
      Map.of(
          SEQUENCE,
          "CREATE TABLE sqlite_sequence(name,seq)",
          "sqlite_stat1",
          "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
          "sqlite_stat4",
          "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)");

  private SystemTables() {}

  /** Null for every other table. */
  static String definition(String name) {
    return DEFINITIONS.get(name);
  }
}
