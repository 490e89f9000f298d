package dev.sqlguard.agent;

import dev.sqlguard.guard.Log;
import dev.sqlguard.guard.Settings;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The owner's options: from the agent's argument, else from system properties, else from the
 * environment. Anything wrong becomes one complaint and the default; nothing here throws.
 *
 * @param complaints one line each, for the log
 */
public record Options(Settings settings, Log log, List<String> complaints) {

  /**
   * @param argument what stands after {@code =} of {@code -javaagent}, or null
   */
  static Options read(String argument, Properties properties, Map<String, String> environment) {
    return new Reader(argument, properties, environment, true).read();
  }

  /**
   * What is wrong with an argument, one line each. Nothing is created, and no file is looked for:
   * paths are another process's business.
   */
  public static List<String> mistakes(String argument) {
    return new Reader(argument, new Properties(), Map.of(), false).read().complaints();
  }

  private static final class Reader {
    /** Far from where nanoseconds overflow. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final Map<OptionKey, List<String>> given = new EnumMap<>(OptionKey.class);
    private final List<String> complaints = new ArrayList<>();
    private final boolean makesDirectories;

    Reader(
        String argument,
        Properties properties,
        Map<String, String> environment,
        boolean makesDirectories) {
      this.makesDirectories = makesDirectories;
      readArgument(argument == null ? "" : argument);
      Map<OptionKey, List<String>> lower = new EnumMap<>(OptionKey.class);
      for (OptionKey key : OptionKey.values()) {
        String value = properties.getProperty(key.systemProperty());
        value = value != null ? value : environment.get(key.environmentVariable());
        if (value != null) {
          lower.put(key, key.isRepeatable() ? OptionText.split(value) : List.of(value));
        }
      }
      for (Map.Entry<OptionKey, List<String>> entry : lower.entrySet()) {
        given.putIfAbsent(entry.getKey(), entry.getValue());
      }
      reportUnknown(properties, environment);
    }

    Options read() {
      Log.Level level = oneOf(OptionKey.LOG, Log.Level.values());
      Log log = new Log(level, path(OptionKey.LOG_FILE));
      boolean enabled = oneOf(OptionKey.ENABLED, Switch.values()) == Switch.TRUE;
      Optional<Duration> startTimeout = limit(OptionKey.START_TIMEOUT);
      Settings settings =
          new Settings(
              enabled,
              databases(),
              globs(),
              number(OptionKey.BACKUPS, 0, 99),
              enabled ? directory(OptionKey.BACKUP_DIR, startTimeout) : Optional.empty(),
              duration(OptionKey.BACKUP_SPACING),
              oneOf(OptionKey.CHECK, Settings.Check.values()),
              duration(OptionKey.FULL_CHECK_EVERY),
              oneOf(OptionKey.ON_DAMAGE, Settings.OnDamage.values()),
              oneOf(OptionKey.ON_UNRECOVERABLE, Settings.OnUnrecoverable.values()),
              number(OptionKey.MAX_LOSS, 0, 100),
              isOn(OptionKey.BACKFILL),
              number(OptionKey.EVIDENCE, 1, 99),
              startTimeout,
              duration(OptionKey.EXIT_TIMEOUT),
              isOn(OptionKey.ADVISORIES));
      return new Options(settings, log, List.copyOf(complaints));
    }

    private enum Switch {
      TRUE,
      FALSE
    }

    private void readArgument(String argument) {
      for (String pair : OptionText.split(argument)) {
        int equals = pair.indexOf('=');
        String name = (equals < 0 ? pair : pair.substring(0, equals)).trim();
        OptionKey key = find(name);
        if (key == null || equals < 0) {
          complaints.add(unknown(name));
        } else if (key.isRepeatable() || !given.containsKey(key)) {
          given.computeIfAbsent(key, k -> new ArrayList<>()).add(pair.substring(equals + 1).trim());
        } else {
          complaints.add("option " + name + " is given twice; the first one counts");
        }
      }
    }

    private void reportUnknown(Properties properties, Map<String, String> environment) {
      for (String name : properties.stringPropertyNames()) {
        if (name.startsWith("sqlguard.") && find(name.substring("sqlguard.".length())) == null) {
          complaints.add(unknown(name));
        }
      }
      for (String name : environment.keySet()) {
        if (name.startsWith("SQLGUARD_")) {
          String key = name.substring("SQLGUARD_".length()).toLowerCase(Locale.ROOT);
          if (find(key.replace('_', '-')) == null) {
            complaints.add(unknown(name));
          }
        }
      }
    }

    private static OptionKey find(String name) {
      for (OptionKey key : OptionKey.values()) {
        if (key.key().equals(name)) {
          return key;
        }
      }
      return null;
    }

    private static String unknown(String name) {
      List<String> keys = new ArrayList<>();
      for (OptionKey key : OptionKey.values()) {
        keys.add(key.key());
      }
      String bare = name.replaceFirst("^(sqlguard\\.|SQLGUARD_)", "").toLowerCase(Locale.ROOT);
      String nearest = OptionText.nearest(bare.replace('_', '-'), keys);
      OptionKey key = find(nearest);
      String used =
          key.defaultValue().isEmpty() ? "" : "; the default " + key.defaultValue() + " is used";
      String shown = name.isEmpty() ? "\"\"" : name;
      return "option " + shown + " is unknown; the nearest is " + nearest + used;
    }

    private String text(OptionKey key) {
      List<String> values = given.get(key);
      return values == null ? key.defaultValue() : values.get(0).trim();
    }

    private void complain(OptionKey key, String value, String nearest) {
      complaints.add(
          "option "
              + key.key()
              + "="
              + value
              + " is not "
              + key.takes()
              + (nearest.isEmpty() ? "" : "; the nearest is " + nearest)
              + (key.defaultValue().isEmpty()
                  ? "; it is left out"
                  : "; the default " + key.defaultValue() + " is used"));
    }

    private <E extends Enum<E>> E oneOf(OptionKey key, E[] values) {
      List<String> words = new ArrayList<>();
      E byDefault = values[0];
      for (E value : values) {
        String word = value.name().toLowerCase(Locale.ROOT);
        if (word.equals(text(key).toLowerCase(Locale.ROOT))) {
          return value;
        }
        if (word.equals(key.defaultValue())) {
          byDefault = value;
        }
        words.add(word);
      }
      complain(key, text(key), OptionText.nearest(text(key).toLowerCase(Locale.ROOT), words));
      return byDefault;
    }

    /** On unless it is off. */
    private boolean isOn(OptionKey key) {
      String word = text(key).toLowerCase(Locale.ROOT);
      if (!word.equals("on") && !word.equals("off")) {
        complain(key, text(key), OptionText.nearest(word, List.of("on", "off")));
      }
      return !word.equals("off");
    }

    private int number(OptionKey key, int least, int most) {
      try {
        long value = Long.parseLong(text(key));
        if (value >= least && value <= most) {
          return (int) value;
        }
        complain(key, text(key), Long.toString(Math.max(least, Math.min(most, value))));
      } catch (NumberFormatException e) {
        complain(key, text(key), "");
      }
      return Integer.parseInt(key.defaultValue());
    }

    private Duration duration(OptionKey key) {
      Duration parsed = parseDuration(text(key));
      if (parsed != null) {
        return parsed;
      }
      complainOfDuration(key);
      return parseDuration(key.defaultValue());
    }

    /** Empty where nothing is limited. No time at all would be another way to write check=off. */
    private Optional<Duration> limit(OptionKey key) {
      if (text(key).isEmpty()) {
        return Optional.empty();
      }
      Duration parsed = parseDuration(text(key));
      if (parsed != null && !parsed.isZero()) {
        return Optional.of(parsed);
      }
      complainOfDuration(key);
      return Optional.empty();
    }

    private void complainOfDuration(OptionKey key) {
      boolean bareNumber = parseDuration(text(key) + "s") != null;
      complain(key, text(key), bareNumber ? text(key) + "s" : "");
    }

    /** Null where it isn't one. */
    private static Duration parseDuration(String text) {
      int digits = 0;
      while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
        digits++;
      }
      if (digits == 0 || digits > 9) {
        return null;
      }
      long value = Long.parseLong(text.substring(0, digits));
      Duration duration =
          switch (text.substring(digits)) {
            case "ms" -> Duration.ofMillis(value);
            case "s" -> Duration.ofSeconds(value);
            case "m" -> Duration.ofMinutes(value);
            case "h" -> Duration.ofHours(value);
            case "d" -> Duration.ofDays(value);
            default -> null;
          };
      return duration == null || duration.compareTo(LONGEST) > 0 ? null : duration;
    }

    private Optional<Path> path(OptionKey key) {
      String text = text(key);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(Path.of(text).toAbsolutePath());
      } catch (InvalidPathException e) {
        complain(key, text, "");
        return Optional.empty();
      }
    }

    /**
     * @param limit how long the file system may take to answer; empty means any time
     */
    private Optional<Path> directory(OptionKey key, Optional<Duration> limit) {
      Optional<Path> path = path(key);
      if (path.isEmpty() || !makesDirectories) {
        return path;
      }
      try {
        if (limit.isPresent() && !new NewDirectory(path.get()).isMadeWithin(limit.get())) {
          complaints.add(
              "option "
                  + key.key()
                  + "="
                  + text(key)
                  + " gets no answer from its disk within start-timeout; it is left out");
          return Optional.empty();
        }
        return Optional.of(Files.createDirectories(path.get()).toRealPath());
      } catch (IOException e) {
        complain(key, text(key), "");
        return Optional.empty();
      }
    }

    private List<Path> databases() {
      List<Path> paths = new ArrayList<>();
      for (String text : given.getOrDefault(OptionKey.DB, List.of())) {
        if (text.isBlank()) {
          complain(OptionKey.DB, text, "");
          continue;
        }
        try {
          paths.add(Path.of(text).toAbsolutePath());
        } catch (InvalidPathException e) {
          complain(OptionKey.DB, text, "");
        }
      }
      return paths;
    }

    private List<PathMatcher> globs() {
      List<PathMatcher> globs = new ArrayList<>();
      for (String text : given.getOrDefault(OptionKey.EXCLUDE, List.of())) {
        if (text.isBlank()) {
          complain(OptionKey.EXCLUDE, text, "");
          continue;
        }
        try {
          globs.add(FileSystems.getDefault().getPathMatcher("glob:" + text));
        } catch (IllegalArgumentException e) {
          complain(OptionKey.EXCLUDE, text, "");
        }
      }
      return globs;
    }
  }
}
