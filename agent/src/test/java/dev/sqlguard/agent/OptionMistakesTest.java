package dev.sqlguard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an owner writes, the application starts with settings that work. */
class OptionMistakesTest {
  private static Options read(String argument) {
    return Options.read(argument, new Properties(), Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "backups=",
        "backups=-1",
        "backups=1e3",
        "backups=99999999999999999999",
        "exit-timeout=-5s",
        "exit-timeout=5 fortnights",
        "exit-timeout=99999999999999999999s",
        "log=",
        "exclude=[",
        "exclude={a",
        "db=a\0b",
        "log-file=a\0b",
        "backup-dir=/dev/null/x",
        "=",
        "=value",
        "backups",
        "backups=1,backups=2"
      })
  void becomeOneComplaintEachAndNothingThrows(String argument) {
    assertEquals(1, read(argument).complaints().size(), read(argument).complaints().toString());
  }

  @Test
  void areFoundWithoutMakingWhatAnotherProcessIsToMake(@TempDir Path directory) {
    Path backups = directory.resolve("backups");
    assertEquals(List.of(), Options.mistakes("backups=3,backup-dir=" + backups));
    assertFalse(Files.exists(backups));
    assertEquals(read("backups=many").complaints(), Options.mistakes("backups=many"));
  }

  @ParameterizedTest
  @CsvSource({
    "check=fulll, full, full",
    "on-damage=report!, report, repair",
    "on-unrecoverable=refused, refuse, open",
    "enabled=flase, false, true",
    "backups=100, 99, 2",
    "evidence=0, 1, 3",
    "exit-timeout=7, 7s, 5s"
  })
  void areNamedWithTheNearestValueAndTheDefault(String pair, String nearest, String byDefault) {
    List<String> complaints = read(pair).complaints();
    assertEquals(1, complaints.size());
    assertTrue(complaints.get(0).contains(pair), complaints.get(0));
    assertTrue(complaints.get(0).contains("the nearest is " + nearest), complaints.get(0));
    assertTrue(complaints.get(0).contains("the default " + byDefault), complaints.get(0));
  }

  /** The first place that sets a key counts, though its value is of no use. */
  @Test
  void areNotReplacedByAPlaceThatComesLater() {
    Properties properties = new Properties();
    properties.setProperty("sqlguard.backups", "7");
    Options options = Options.read("backups=x", properties, Map.of());
    assertEquals(2, options.settings().backups());
    assertEquals(1, options.complaints().size());
  }

  @Test
  void ofTheApplicationInItsPropertiesAreNotOurs() {
    Properties properties = new Properties();
    properties.put("sqlguard.backups", 7);
    properties.put(new Object(), new Object());
    assertEquals(2, Options.read("", properties, Map.of()).settings().backups());
  }

  @Test
  void theKillSwitchTouchesNoFile(@TempDir Path directory) {
    Path untouched = directory.resolve("a");
    read("enabled=false,backup-dir=" + untouched);
    assertFalse(Files.exists(untouched));
  }

  /** Whatever duration is accepted has to be one that can be counted in nanoseconds. */
  @Test
  void anEndlessTimeoutCanBeCounted() {
    assertTrue(read("exit-timeout=999999999d").settings().exitTimeout().toNanos() > 0);
  }
}
