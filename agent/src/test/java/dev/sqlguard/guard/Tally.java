package dev.sqlguard.guard;

import dev.sqlguard.store.fault.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What was done to the guard's starts, counted, for people and for {@code docs/reliability.md}. */
final class Tally {
  private final String what;
  private final Map<Call.Kind, Integer> byKind = new EnumMap<>(Call.Kind.class);
  private final Map<Scenario, Integer> byScenario = new EnumMap<>(Scenario.class);

  /**
   * @param what one word, in the plural; the file under {@code target} is called so
   */
  Tally(String what) {
    this.what = what;
  }

  void add(Scenario scenario, Call call) {
    byKind.merge(call.kind(), 1, Integer::sum);
    byScenario.merge(scenario, 1, Integer::sum);
  }

  int of(Call.Kind kind) {
    return byKind.getOrDefault(kind, 0);
  }

  /**
   * @param how by what sample these came about
   */
  void publish(String how) throws IOException {
    int all = byScenario.values().stream().mapToInt(Integer::intValue).sum();
    String text =
        all
            + " "
            + what
            + " in "
            + byScenario.size()
            + " scenarios ("
            + how
            + ")\n"
            + "by call: "
            + text(byKind)
            + "\n"
            + "by scenario: "
            + text(byScenario)
            + "\n";
    System.out.print(text);
    Path file = Path.of("target", "faults", what.replace(' ', '-') + ".txt");
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String text(Map<?, Integer> counts) {
    return counts.entrySet().stream()
        .map(count -> count.getKey() + " " + count.getValue())
        .collect(Collectors.joining(", "));
  }
}
