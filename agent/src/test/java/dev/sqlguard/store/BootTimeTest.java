package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BootTimeTest {
  @Test
  void isALineOfItsOwn() {
    assertEquals(
        OptionalLong.of(1700000000L),
        BootTime.in(List.of("cpu  1 2 3", "ctxt 9", "btime 1700000000", "processes 5")));
    assertEquals(OptionalLong.empty(), BootTime.in(List.of("cpu  1 2 3")));
  }

  @Test
  void whatIsOldOrInTheFutureDoesNotCount() {
    assertFalse(BootTime.isBefore(FileTime.fromMillis(0)));
    assertFalse(BootTime.isBefore(FileTime.fromMillis(System.currentTimeMillis() + 100_000)));
  }
}
