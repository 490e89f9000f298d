package dev.sqlguard.agent;

import java.util.Locale;

/** Every option: its key, its default, and what values it takes. */
enum OptionKey {
  DB("db", "", "a path; may be given more than once"),
  EXCLUDE("exclude", "", "a glob; may be given more than once"),
  ENABLED("enabled", "true", "true or false"),
  BACKUPS("backups", "2", "a number from 0 to 99"),
  BACKUP_DIR("backup-dir", "", "a directory"),
  BACKUP_SPACING("backup-spacing", "1h", "a duration such as 90s, 30m, 1h or 7d"),
  CHECK("check", "full", "full, auto, quick or off"),
  FULL_CHECK_EVERY("full-check-every", "7d", "a duration such as 12h, 7d or 30d"),
  ON_DAMAGE("on-damage", "repair", "repair or report"),
  ON_UNRECOVERABLE("on-unrecoverable", "open", "open or refuse"),
  MAX_LOSS("max-loss", "100", "a number from 0 to 100"),
  BACKFILL("backfill", "on", "on or off"),
  EVIDENCE("evidence", "3", "a number from 1 to 99"),
  START_TIMEOUT("start-timeout", "", "a duration such as 500ms, 10s or 1m"),
  EXIT_TIMEOUT("exit-timeout", "5s", "a duration such as 500ms, 5s or 1m"),
  ADVISORIES("advisories", "on", "on or off"),
  LOG("log", "info", "info, warn or off"),
  LOG_FILE("log-file", "", "a path");

  private final String key;
  private final String defaultValue;
  private final String takes;

  OptionKey(String key, String defaultValue, String takes) {
    this.key = key;
    this.defaultValue = defaultValue;
    this.takes = takes;
  }

  String key() {
    return key;
  }

  /** As it would be written; empty where leaving the option out means something of its own. */
  String defaultValue() {
    return defaultValue;
  }

  /** For people. */
  String takes() {
    return takes;
  }

  boolean isRepeatable() {
    return this == DB || this == EXCLUDE;
  }

  String systemProperty() {
    return "sqlguard." + key;
  }

  String environmentVariable() {
    return "SQLGUARD_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
