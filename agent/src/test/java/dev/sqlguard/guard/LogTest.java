package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;

class LogTest {
  @Test
  void everyTimeHasItsSeconds() {
    LocalDateTime minute = LocalDateTime.of(2026, 11, 26, 11, 57);
    assertEquals("2026-11-26T11:57:00 line", LogOutput.dated(minute, "line"));
    assertEquals(
        "2026-11-26T11:57:09 line", LogOutput.dated(minute.plusNanos(9_999_999_999L), "line"));
  }
}
