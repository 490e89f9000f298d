package dev.sqlguard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.guard.Settings;
import dev.sqlguard.guard.Settings.Check;
import dev.sqlguard.guard.Settings.OnDamage;
import dev.sqlguard.guard.Settings.OnUnrecoverable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Places, spellings and values that somebody will try. */
class OptionValuesTest {
  @TempDir Path directory;
  private final Properties properties = new Properties();
  private final Map<String, String> environment = new HashMap<>();

  private Options read(String argument) {
    return Options.read(argument, properties, environment);
  }

  private Settings settings(String argument) {
    Options options = read(argument);
    assertEquals(List.of(), options.complaints());
    return options.settings();
  }

  private String complaint(String argument) {
    List<String> complaints = read(argument).complaints();
    assertEquals(1, complaints.size(), complaints.toString());
    return complaints.get(0);
  }

  private static void assertDefaults(Settings settings) {
    assertTrue(settings.enabled());
    assertEquals(List.of(), settings.only());
    assertEquals(List.of(), settings.excluded());
    assertEquals(2, settings.backups());
    assertEquals(Optional.empty(), settings.backupDir());
    assertEquals(Duration.ofHours(1), settings.backupSpacing());
    assertEquals(Check.FULL, settings.check());
    assertEquals(Duration.ofDays(7), settings.fullCheckEvery());
    assertEquals(OnDamage.REPAIR, settings.onDamage());
    assertEquals(OnUnrecoverable.OPEN, settings.onUnrecoverable());
    assertEquals(3, settings.evidence());
    assertEquals(Optional.empty(), settings.startTimeout());
    assertEquals(Duration.ofSeconds(5), settings.exitTimeout());
  }

  @Test
  void nothingGivenMeansTheDefaults() {
    assertDefaults(settings(null));
    assertDefaults(settings(""));
    assertDefaults(settings(","));
  }

  @Test
  void everyOptionIsRead() throws Exception {
    Path backups = directory.resolve("new/backups");
    Settings settings =
        settings(
            "enabled=false,backups=7,backup-dir="
                + backups
                + ",backup-spacing=10m,check=quick,full-check-every=12h,on-damage=report,on-unrecoverable=refuse,"
                + "evidence=9,start-timeout=20s,exit-timeout=500ms,log=off");
    assertFalse(settings.enabled());
    assertEquals(7, settings.backups());
    assertEquals(Duration.ofMinutes(10), settings.backupSpacing());
    assertEquals(Check.QUICK, settings.check());
    assertEquals(Duration.ofHours(12), settings.fullCheckEvery());
    assertEquals(OnDamage.REPORT, settings.onDamage());
    assertEquals(OnUnrecoverable.REFUSE, settings.onUnrecoverable());
    assertEquals(9, settings.evidence());
    assertEquals(Optional.of(Duration.ofSeconds(20)), settings.startTimeout());
    assertEquals(Duration.ofMillis(500), settings.exitTimeout());
  }

  @Test
  void repeatableOptionsOfTwoPlacesAreNotMixed() {
    environment.put("SQLGUARD_DB", "/c");
    properties.setProperty("sqlguard.db", "/b");
    assertEquals(List.of(Path.of("/a")), settings("db=/a").only());
    assertEquals(List.of(Path.of("/b")), settings("").only());
  }

  @Test
  void aValueMayHoldEqualsSignsAndSpacesAround() {
    assertEquals(List.of(Path.of("/a=b")), settings("db=/a=b").only());
    assertEquals(3, settings(" backups = 3 ").backups());
    assertEquals(Check.OFF, settings("check=OFF").check());
    assertEquals(Check.AUTO, settings("check=auto").check());
  }

  @Test
  void anExcludedNameIsNotCovered() throws Exception {
    Settings settings = settings("exclude=*.cache,exclude=" + directory + "/sub/**");
    assertFalse(settings.covers(directory.resolve("a.cache")));
    assertFalse(settings.covers(directory.resolve("sub/deep/a.db")));
    assertTrue(settings.covers(directory.resolve("a.db")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"backup=3", "Backups=3", "backups"})
  void anUnknownKeyIsNamedWithTheNearestAndTheDefault(String argument) {
    String line = complaint(argument);
    assertTrue(line.contains(argument.replace("=3", "")), line);
    assertTrue(line.contains("nearest is backups"), line);
    assertTrue(line.contains("default 2"), line);
    assertDefaults(read(argument).settings());
  }

  @Test
  void unknownPropertiesAndVariablesAreNamedAsWritten() {
    properties.setProperty("sqlguard.backupz", "3");
    assertTrue(complaint("").contains("sqlguard.backupz"));
    properties.clear();
    environment.put("SQLGUARD_BACKUP_DIRECTORY", "/x");
    assertTrue(complaint("").contains("SQLGUARD_BACKUP_DIRECTORY"));
    assertTrue(complaint("").contains("nearest is backup-dir"));
  }

  @Test
  void whatOnlyLooksSimilarIsNobodysOption() {
    properties.setProperty("sqlguardian.backups", "3");
    properties.setProperty("sqlguard", "3");
    environment.put("SQLGUARDIAN", "3");
    environment.put("sqlguard_backups", "3");
    assertDefaults(settings(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "check=ful | full | default full",
        "check= | off | default full",
        "enabled=no | | default true",
        "enabled=flase | false | default true",
        "backups=100 | 99 | default 2",
        "backups=-1 | 0 | default 2",
        "backups=two | | default 2",
        "backups=1.5 | | default 2",
        "backups=99999999999999999999 | | default 2",
        "evidence=0 | 1 | default 3",
        "backup-spacing=10 | 10s | default 1h",
        "backup-spacing=1y | | default 1h",
        "backup-spacing=-1s | | default 1h",
        "backup-spacing=1.5h | | default 1h",
        "check=atuo | auto | default full",
        "full-check-every=7 | 7s | default 7d",
        "full-check-every=week | | default 7d",
        "start-timeout=10 | 10s | left out",
        "start-timeout=0s | | left out",
        "start-timeout=soon | | left out",
        "exit-timeout=9999999999s | | default 5s",
        "on-damage=fix | | default repair",
        "on-unrecoverable=opem | open | default open",
        "log=warning | warn | default info"
      })
  void aBadValueIsNamedWithTheNearestAndTheDefault(
      String argument, String nearest, String byDefault) {
    String line = complaint(argument);
    assertTrue(line.contains(argument), line);
    assertTrue(line.contains(byDefault), line);
    assertTrue(nearest == null || line.contains("nearest is " + nearest), line);
    assertDefaults(read(argument).settings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"exclude=[", "exclude={a", "db=a\0b", "log-file=a\0b", "backup-dir=a\0b"})
  void aValueWithoutMeaningIsLeftOut(String argument) {
    assertTrue(complaint(argument).contains("left out"));
    assertDefaults(read(argument).settings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"db=", "db= ", "exclude=", "exclude= "})
  void anEmptyNameIsLeftOut(String argument) {
    assertTrue(complaint(argument).contains("left out"));
    assertDefaults(read(argument).settings());
  }

  @Test
  void emptyVariablesDoNotTurnTheGuardOff() {
    environment.put("SQLGUARD_DB", "");
    environment.put("SQLGUARD_EXCLUDE", "");
    environment.put("SQLGUARD_BACKUP_DIR", "");
    environment.put("SQLGUARD_LOG_FILE", "");
    assertDefaults(settings(""));
  }

  @Test
  void aBackupDirectoryMayBeALink() throws Exception {
    Path real = Files.createDirectory(directory.toRealPath().resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    assertEquals(Optional.of(real), settings("backup-dir=" + link).backupDir());
  }

  @Test
  void aFileIsNoBackupDirectory() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertTrue(complaint("backup-dir=" + file).contains("left out"));
  }

  @Test
  void everyKeyHasItsPropertyAndItsVariable() {
    for (OptionKey key : OptionKey.values()) {
      assertEquals("sqlguard." + key.key(), key.systemProperty());
      assertTrue(key.environmentVariable().matches("SQLGUARD_[A-Z_]+"), key.key());
    }
    assertEquals("SQLGUARD_ON_DAMAGE", OptionKey.ON_DAMAGE.environmentVariable());
  }
}
