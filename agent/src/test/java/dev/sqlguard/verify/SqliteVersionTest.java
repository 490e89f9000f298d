package dev.sqlguard.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SqliteVersionTest {
  @Test
  void aDriversVersionBeginsWithThatOfItsSqlite() {
    assertEquals("3.54.1", SqliteVersion.ofDriver("3.54.1.0"));
    assertEquals("3.7.2", SqliteVersion.ofDriver("3.7.2"));
    assertEquals("3.8.11", SqliteVersion.ofDriver("3.8.11.2"));
    assertEquals("unknown", SqliteVersion.ofDriver("unknown"));
  }

  @Test
  void versionsAreComparedByNumber() {
    assertTrue(SqliteVersion.isBefore("3.8.11", "3.33"));
    assertTrue(SqliteVersion.isBefore("3.43.2", "3.44"));
    assertFalse(SqliteVersion.isBefore("3.44.0", "3.44"));
    assertTrue(SqliteVersion.isBefore("unknown", "3.33"));
  }
}
