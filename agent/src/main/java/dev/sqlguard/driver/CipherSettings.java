package dev.sqlguard.driver;

import dev.sqlguard.verify.SqliteError;
import java.lang.reflect.Field;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

/**
 * What of the properties of an application's connection says how its file is encrypted: those of
 * the encrypting fork of sqlite-jdbc, and the two of sqlite-jdbc itself. Nothing else of them is
 * taken: some would change the file. No member of this class gets into a line, a file or a report.
 *
 * @see <a href="https://utelle.github.io/SQLite3MultipleCiphers/docs/configuration/config_uri/">URI
 *     parameters of SQLite3 Multiple Ciphers</a>
 */
final class CipherSettings {
  private static final int SQLITE_ERROR = 1;
  private static final List<String> KEYS = List.of("key", "password");
  private static final String NEW_KEY = "rekey";
  private static final List<String> SCHEME =
      List.of(
          "hexkey_mode",
          "cipher",
          "hmac_check",
          "mc_legacy_wal",
          "legacy",
          "legacy_page_size",
          "kdf_iter",
          "fast_kdf_iter",
          "hmac_use",
          "hmac_pgno",
          "hmac_salt_mask",
          "kdf_algorithm",
          "hmac_algorithm",
          "plaintext_header_size",
          "mc_use_sql_interface");

  private final Properties settings;
  private final boolean changesKey;

  private CipherSettings(Properties all) {
    this.changesKey = hasText(all, NEW_KEY);
    this.settings = new Properties();
    for (String name : KEYS) {
      take(all, name);
    }
    if (!settings.isEmpty()) {
      for (String name : SCHEME) {
        take(all, name);
      }
    }
  }

  /** Of a connection without a key. */
  static CipherSettings none() {
    return new CipherSettings(new Properties());
  }

  private void take(Properties all, String name) {
    if (hasText(all, name)) {
      settings.setProperty(name, all.getProperty(name));
    }
  }

  private static boolean hasText(Properties all, String name) {
    String value = all.getProperty(name);
    return value != null && !value.isEmpty();
  }

  /**
   * @param database a {@code DB} object of sqlite-jdbc or its fork, before it opens its file
   */
  static CipherSettings of(Object database) {
    try {
      Object config = database.getClass().getMethod("getConfig").invoke(database);
      return config == null ? none() : new CipherSettings(propertiesOf(config));
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Drivers before 3.20 know of no key.
      return none();
    }
  }

  /** Its own method to tell them changes them; that is the way where a module is closed. */
  private static Properties propertiesOf(Object config) throws ReflectiveOperationException {
    for (Class<?> c = config.getClass(); c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (field.getType() == Properties.class && field.trySetAccessible()) {
          return (Properties) field.get(config);
        }
      }
    }
    return (Properties) config.getClass().getMethod("toProperties").invoke(config);
  }

  boolean hasKey() {
    return !settings.isEmpty();
  }

  /** Encrypts the file, decrypts it, or gives it another key: a copy of before would betray it. */
  boolean changesKey() {
    return changesKey;
  }

  boolean is(CipherSettings other) {
    return settings.equals(other.settings);
  }

  /** A copy, for a connection. */
  Properties asProperties() {
    Properties properties = new Properties();
    properties.putAll(settings);
    return properties;
  }

  /**
   * A driver may quote the statement that failed, and with it the key or a part of it: that is
   * SQLITE_ERROR, and where there is no code at all anything may be said.
   */
  SQLException withoutSecrets(SQLException e) {
    boolean mayQuote = SqliteError.of(e).code() <= SQLITE_ERROR;
    return hasKey() && mayQuote
        ? new SQLException("its key isn't accepted", e.getSQLState(), e.getErrorCode())
        : e;
  }
}
