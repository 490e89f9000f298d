package dev.sqlguard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionTextTest {
  @Test
  void commasSeparate() {
    assertEquals(List.of("a=1", "b=2"), OptionText.split("a=1,b=2"));
  }

  @Test
  void twoCommasStandForOne() {
    assertEquals(List.of("db=/a,b.db", "c=3"), OptionText.split("db=/a,,b.db,c=3"));
    assertEquals(List.of("a,", "b"), OptionText.split("a,,,b"));
    assertEquals(List.of("a,,b"), OptionText.split("a,,,,b"));
  }

  @Test
  void emptyPartsAreLeftOut() {
    assertEquals(List.of(), OptionText.split(""));
    assertEquals(List.of(), OptionText.split(","));
    assertEquals(List.of("a"), OptionText.split(",a,"));
  }

  @Test
  void anEqualsSignInAValueIsPartOfIt() {
    assertEquals(List.of("db=/a=b"), OptionText.split("db=/a=b"));
  }

  @Test
  void theNearestWordTakesTheFewestChanges() {
    List<String> words = List.of("backups", "backup-dir", "check");
    assertEquals("backups", OptionText.nearest("backup", words));
    assertEquals("backup-dir", OptionText.nearest("backupdir", words));
    assertEquals("check", OptionText.nearest("chekc", words));
    assertEquals("check", OptionText.nearest("check", words));
  }
}
