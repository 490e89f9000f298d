package dev.sqlguard.entry;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class SupportedJavaTest {
  @ParameterizedTest
  @ValueSource(strings = {"17", "21", "25", "117"})
  void isJava17AndEverythingAfterIt(String version) {
    assertTrue(SqlGuardAgent.isSupported(version));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "1.8", "1.17", "9", "11", "16"})
  void isNothingBefore(String version) {
    assertFalse(SqlGuardAgent.isSupported(version));
  }

  /** Nobody knows what it means; the guard's own barriers catch what goes wrong. */
  @ParameterizedTest
  @ValueSource(strings = {"99999999999", "18-ea", "next"})
  void isAnUnreadableVersion(String version) {
    assertTrue(SqlGuardAgent.isSupported(version));
  }

  @ParameterizedTest
  @NullAndEmptySource
  void neverThrows(String version) {
    SqlGuardAgent.isSupported(version);
  }
}
