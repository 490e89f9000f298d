package dev.sqlguard.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WalResetBugTest {
  @ParameterizedTest
  @CsvSource({
    "3.6.23.1, false",
    "3.7.0, true",
    "3.7.0.1, true",
    "3.7.2, true",
    "3.8.11.1, true",
    "3.36.0, true",
    "3.44.0, true",
    "3.44.5, true",
    "3.44.6, false",
    "3.44.7, false",
    "3.45.0, true",
    "3.49.2, true",
    "3.50.0, true",
    "3.50.6, true",
    "3.50.7, false",
    "3.50.12, false",
    "3.51.0, true",
    "3.51.2, true",
    "3.51.3, false",
    "3.52.0, false",
    "3.54.1, false",
    "4.0.0, false",
    "2.8.17, false"
  })
  void isInTheseVersions(String version, boolean affected) {
    assertEquals(affected, WalResetBug.affects(version));
  }

  @ParameterizedTest
  @CsvSource({
    "3.7, true",
    "3.51, true",
    "3.52, false",
    "3.51.2-beta, true",
    "3.51.3 2026-03-13, false",
    "'', false",
    "3, false",
    "3., false",
    "SQLite 3.36.0, false",
    ".36.0, false",
    "3..36, false",
    "3.99999999999.0, false",
    "3.-7.2, false"
  })
  void isNotSeenInWhatIsNoVersion(String version, boolean affected) {
    assertEquals(affected, WalResetBug.affects(version));
  }
}
