package dev.sqlguard.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CipherSettingsTest {
  /** As sqlite-jdbc's {@code DB} and its configuration. */
  public static final class Database {
    private final Config config = new Config();

    public Config getConfig() {
      return config;
    }
  }

  /** Its properties are in a private field. */
  public static final class Config {
    private final Properties pragmas = new Properties();

    /** Changes them, which the application could see. */
    public Properties toProperties() {
      throw new AssertionError("the field can be read");
    }
  }

  private final Database database = new Database();

  private CipherSettings with(String... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      database.config.pragmas.setProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return CipherSettings.of(database);
  }

  @Test
  void takeNothingThatChangesTheFile() {
    CipherSettings settings =
        with("key", "k", "cipher", "rc4", "journal_mode", "WAL", "open_mode", "1", "rekey", "");
    Properties taken = settings.asProperties();
    assertEquals("{cipher=rc4, key=k}", new TreeMap<>(taken).toString());
    assertEquals(5, database.config.pragmas.size());
    assertTrue(settings.hasKey());
    assertFalse(settings.changesKey());
  }

  @Test
  void areNoneWithoutAKey() {
    assertFalse(with("cipher", "rc4", "key", "").hasKey());
    assertTrue(with().asProperties().isEmpty());
    assertFalse(CipherSettings.of(new Object()).hasKey());
  }

  @Test
  void knowAKeyThatIsAboutToChange() {
    assertTrue(with("rekey", "new").changesKey());
  }

  @Test
  void differByTheirKeys() {
    CipherSettings one = with("key", "one");
    assertTrue(one.is(with("key", "one")));
    assertFalse(one.is(with("key", "two")));
    assertFalse(one.is(CipherSettings.none()));
  }

  @Test
  void keepTheKeyOutOfMessages() {
    CipherSettings settings = with("key", "oPen5esamE");
    SQLException quoting = new SQLException("near \"oPen5esamE\": syntax error", null, 1);
    SQLException told = settings.withoutSecrets(quoting);
    assertFalse(told.toString().contains("oPen5esamE"));
    assertEquals(1, told.getErrorCode());
    assertEquals(null, told.getCause());
    SQLException harmless = new SQLException("file is not a database", null, 26);
    assertSame(harmless, settings.withoutSecrets(harmless));
  }
}
