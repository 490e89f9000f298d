package dev.sqlguard.scan;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What many trials came to. */
final class TrialTally {
  private static final int MOST_LISTED = 40;
  private static final int NAMES = 26;

  private final Map<DamageKind, Map<String, Integer>> damaged = new EnumMap<>(DamageKind.class);
  private final Map<DamageKind, Map<Trial.Result, Integer>> results =
      new EnumMap<>(DamageKind.class);
  private final Map<String, Integer> ofFeature = new TreeMap<>();
  private final List<Trial> faults = new ArrayList<>();
  private final List<Trial> falseSuspicions = new ArrayList<>();
  private final Set<String> healthy = new HashSet<>();
  private int images;
  private long scanNanos;
  private long judgeNanos;

  TrialTally() {
    for (DamageKind kind : DamageKind.values()) {
      damaged.put(kind, new TreeMap<>());
      results.put(kind, new EnumMap<>(Trial.Result.class));
    }
    for (Shape shape : Shape.values()) {
      ofFeature.put(shape.toString(), 0);
    }
  }

  synchronized void add(Trial trial) {
    images++;
    scanNanos += trial.scanNanos();
    judgeNanos += trial.judgeNanos();
    results.get(trial.kind()).merge(trial.result(), 1, Integer::sum);
    if (trial.result().isDamage()) {
      for (String feature : trial.blueprint().features()) {
        damaged.get(trial.kind()).merge(feature, 1, Integer::sum);
        ofFeature.merge(feature, 1, Integer::sum);
      }
    }
    if (trial.result().isFault()) {
      faults.add(trial);
    }
    if (trial.result() == Trial.Result.FALSE_SUSPICION) {
      falseSuspicions.add(trial);
    }
  }

  synchronized void addHealthy(Blueprint blueprint) {
    healthy.add("" + blueprint.number());
    blueprint.features().forEach(feature -> ofFeature.merge(feature, 0, Integer::sum));
  }

  synchronized int images() {
    return images;
  }

  synchronized List<Trial> faults() {
    return List.copyOf(faults);
  }

  synchronized int falseSuspicions() {
    return falseSuspicions.size();
  }

  /** Kinds of which SQLite called fewer images damaged. */
  synchronized List<DamageKind> kindsBelow(int least) {
    List<DamageKind> few = new ArrayList<>();
    for (DamageKind kind : DamageKind.values()) {
      if (damaged(kind) < least) {
        few.add(kind);
      }
    }
    return few;
  }

  /** Shapes and properties of files of which SQLite called fewer images damaged. */
  synchronized Set<String> featuresBelow(int least) {
    Set<String> few = new HashSet<>();
    ofFeature.forEach(
        (feature, count) -> {
          if (count < least) {
            few.add(feature);
          }
        });
    return few;
  }

  private int damaged(DamageKind kind) {
    int sum = 0;
    for (Map.Entry<Trial.Result, Integer> result : results.get(kind).entrySet()) {
      sum += result.getKey().isDamage() ? result.getValue() : 0;
    }
    return sum;
  }

  synchronized String summary() {
    Map<Trial.Result, Integer> all = new EnumMap<>(Trial.Result.class);
    results
        .values()
        .forEach(counts -> counts.forEach((result, n) -> all.merge(result, n, Integer::sum)));
    return "%d damaged images of %d healthy databases: %s; scan %d ms, SQLite %d ms"
        .formatted(
            images,
            healthy.size(),
            all,
            TimeUnit.NANOSECONDS.toMillis(scanNanos),
            TimeUnit.NANOSECONDS.toMillis(judgeNanos));
  }

  /** In full, as tables. */
  synchronized String report() {
    StringBuilder text = new StringBuilder(summary()).append("\n\n");
    text.append("What became of the images, by kind of damage\n");
    text.append(cell("", NAMES));
    for (Trial.Result result : Trial.Result.values()) {
      text.append(cell(result.toString(), 16));
    }
    for (DamageKind kind : DamageKind.values()) {
      text.append('\n').append(cell(kind.toString(), NAMES));
      for (Trial.Result result : Trial.Result.values()) {
        text.append(cell("" + results.get(kind).getOrDefault(result, 0), 16));
      }
    }
    text.append("\n\nImages that SQLite calls damaged, by shape and kind of damage\n");
    text.append(cell("", NAMES)).append(cell("all", 8));
    for (DamageKind kind : DamageKind.values()) {
      text.append(cell(shortened(kind), 9));
    }
    ofFeature.forEach(
        (feature, count) -> {
          text.append('\n').append(cell(feature, NAMES)).append(cell("" + count, 8));
          for (DamageKind kind : DamageKind.values()) {
            text.append(cell("" + damaged.get(kind).getOrDefault(feature, 0), 9));
          }
        });
    text.append("\n\nFaults: ").append(faults.size()).append('\n');
    list(text, faults);
    text.append("\nFalse suspicions: ").append(falseSuspicions.size()).append('\n');
    list(text, falseSuspicions);
    return text.toString();
  }

  private static void list(StringBuilder text, List<Trial> trials) {
    for (Trial trial : trials.subList(0, Math.min(MOST_LISTED, trials.size()))) {
      text.append(trial.result()).append(' ').append(trial.id()).append(' ');
      text.append(trial.blueprint().features()).append("\n    ").append(trial.says()).append('\n');
    }
  }

  private static String shortened(DamageKind kind) {
    String name = kind.toString().replace("INDEX_ENTRY_", "E_");
    return name.substring(0, Math.min(8, name.length()));
  }

  private static String cell(String text, int width) {
    return String.format("%-" + width + "s", text);
  }
}
