package dev.sqlguard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.guard.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionsTest {
  private static Options read(String argument) {
    return Options.read(argument, new Properties(), Map.of());
  }

  private static Properties properties(String... pairs) {
    Properties properties = new Properties();
    for (int i = 0; i < pairs.length; i += 2) {
      properties.setProperty(pairs[i], pairs[i + 1]);
    }
    return properties;
  }

  @Test
  void nothingGivenMeansTheDefaults() {
    Options options = read(null);
    assertEquals(List.of(), options.complaints());
    Settings settings = options.settings();
    assertTrue(settings.enabled());
    assertEquals(2, settings.backups());
    assertEquals(3, settings.evidence());
    assertEquals(Duration.ofHours(1), settings.backupSpacing());
    assertEquals(Duration.ofSeconds(5), settings.exitTimeout());
    assertEquals(Optional.empty(), settings.startTimeout());
    assertEquals(Settings.Check.FULL, settings.check());
    assertEquals(Settings.OnDamage.REPAIR, settings.onDamage());
    assertEquals(Settings.OnUnrecoverable.OPEN, settings.onUnrecoverable());
    assertEquals(Optional.empty(), settings.backupDir());
    assertTrue(settings.advisories());
  }

  @Test
  void argumentWinsOverPropertyAndPropertyOverEnvironment() {
    Properties properties = properties("sqlguard.backups", "4", "sqlguard.evidence", "5");
    Map<String, String> environment =
        Map.of("SQLGUARD_BACKUPS", "6", "SQLGUARD_EVIDENCE", "7", "SQLGUARD_EXIT_TIMEOUT", "8s");
    Settings settings = Options.read("backups=3", properties, environment).settings();
    assertEquals(3, settings.backups());
    assertEquals(5, settings.evidence());
    assertEquals(Duration.ofSeconds(8), settings.exitTimeout());
  }

  @Test
  void twoCommasAreOneInTheValue() {
    assertEquals(List.of("db=/a,b.db", "backups=3"), OptionText.split("db=/a,,b.db,backups=3"));
    assertEquals(List.of("a", "b"), OptionText.split(",a,b"));
    assertEquals(List.of(), OptionText.split(""));
  }

  @Test
  void databasesAndPatternsMayBeGivenMoreThanOnce() {
    Settings settings = read("db=/a.db,db=/b.db,exclude=*.tmp,exclude=/x/**").settings();
    assertEquals(List.of(Path.of("/a.db"), Path.of("/b.db")), settings.only());
    assertEquals(2, settings.excluded().size());
    Settings byProperty =
        Options.read("", properties("sqlguard.db", "/a,,1.db,/b.db"), Map.of()).settings();
    assertEquals(List.of(Path.of("/a,1.db"), Path.of("/b.db")), byProperty.only());
  }

  @Test
  void onlyListedDatabasesAreCoveredAndExcludedOnesAreNot(@TempDir Path directory)
      throws Exception {
    Path real = directory.toRealPath();
    Files.createFile(real.resolve("a.db"));
    Files.createSymbolicLink(real.resolve("link.db"), real.resolve("a.db"));
    assertTrue(read("db=" + real.resolve("link.db")).settings().covers(real.resolve("a.db")));
    assertFalse(read("db=" + real.resolve("b.db")).settings().covers(real.resolve("a.db")));
    assertFalse(read("exclude=*.db").settings().covers(real.resolve("a.db")));
    assertFalse(read("exclude=" + real + "/**").settings().covers(real.resolve("a.db")));
    assertTrue(read("exclude=*.tmp").settings().covers(real.resolve("a.db")));
  }

  @Test
  void whatIsWrongIsNamedWithTheNearestAndTheDefault() {
    Map<String, List<String>> wrong = new TreeMap<>();
    wrong.put("bakups=3", List.of("bakups", "backups", "2"));
    wrong.put("backups=many", List.of("backups", "many", "2"));
    wrong.put("backups=-1", List.of("-1", "0", "2"));
    wrong.put("backups=1000", List.of("1000", "99", "2"));
    wrong.put("check=ful", List.of("check", "ful", "full"));
    wrong.put("on-damage=repot", List.of("repot", "report", "repair"));
    wrong.put("exit-timeout=5", List.of("exit-timeout", "5s"));
    wrong.put("backup-spacing=soon", List.of("soon", "1h"));
    wrong.put("enabled=maybe", List.of("maybe", "true"));
    wrong.put("nonsense", List.of("nonsense"));
    wrong.put("exclude=[", List.of("exclude", "["));
    wrong.put("log=loud", List.of("loud", "info"));
    for (Map.Entry<String, List<String>> entry : wrong.entrySet()) {
      Options options = read(entry.getKey());
      assertEquals(1, options.complaints().size(), entry.getKey());
      for (String word : entry.getValue()) {
        assertTrue(options.complaints().get(0).contains(word), options.complaints().get(0));
      }
      assertEquals(2, options.settings().backups());
      assertTrue(options.settings().enabled());
    }
  }

  @Test
  void unknownPropertiesAndVariablesAreNamedToo() {
    Options options =
        Options.read("", properties("sqlguard.bckups", "1"), Map.of("SQLGUARD_CHEK", "off"));
    assertEquals(2, options.complaints().size());
    assertTrue(options.complaints().get(0).contains("backups"), options.complaints().toString());
    assertTrue(options.complaints().get(1).contains("check"), options.complaints().toString());
  }

  @Test
  void theFirstOfTwoCounts() {
    Options options = read("backups=3,backups=4");
    assertEquals(3, options.settings().backups());
    assertEquals(1, options.complaints().size());
  }

  @Test
  void durationsHaveUnits() {
    assertEquals(Duration.ofMillis(500), read("exit-timeout=500ms").settings().exitTimeout());
    assertEquals(Duration.ofMinutes(2), read("exit-timeout=2m").settings().exitTimeout());
    assertEquals(Duration.ofDays(7), read("backup-spacing=7d").settings().backupSpacing());
    assertEquals(Duration.ofDays(30), read("full-check-every=30d").settings().fullCheckEvery());
    assertEquals(Duration.ZERO, read("backup-spacing=0s").settings().backupSpacing());
  }

  @Test
  void backupDirectoryIsMade(@TempDir Path directory) throws Exception {
    Path wanted = directory.toRealPath().resolve("a/b");
    assertEquals(Optional.of(wanted), read("backup-dir=" + wanted).settings().backupDir());
    assertTrue(Files.isDirectory(wanted));
    Path file = Files.createFile(directory.resolve("file"));
    Options impossible = read("backup-dir=" + file.resolve("below"));
    assertEquals(Optional.empty(), impossible.settings().backupDir());
    assertEquals(1, impossible.complaints().size());
  }

  @Test
  void theDocumentedTableIsTheCode() throws Exception {
    Map<String, String> documented = new TreeMap<>();
    Pattern row = Pattern.compile("\\| `([a-z-]+)` \\| (?:`([^`]*)`|–) \\| ([^|]+) \\|.*");
    for (String line : Files.readAllLines(Path.of("../docs/configuration.md"))) {
      Matcher cells = row.matcher(line);
      if (cells.matches()) {
        String value = cells.group(2) == null ? "" : cells.group(2);
        documented.put(cells.group(1), value + " / " + cells.group(3));
      }
    }
    Map<String, String> code = new TreeMap<>();
    for (OptionKey key : OptionKey.values()) {
      code.put(key.key(), key.defaultValue() + " / " + key.takes());
    }
    assertEquals(code, documented);
  }
}
