package dev.sqlguard.it.fault;

import dev.sqlguard.it.FaultSeed;
import dev.sqlguard.it.GuardedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How many JVMs met with a fault, by situation and kind of call. */
final class FaultFigures {
  private final String what;
  private final Map<Situation, Map<String, Integer>> first = new EnumMap<>(Situation.class);
  private final Map<Situation, Integer> again = new EnumMap<>(Situation.class);

  /**
   * @param what one word, in the plural; the file under {@code target} is called so
   */
  FaultFigures(String what) {
    this.what = what;
  }

  synchronized void add(Situation situation, String kind) {
    first.computeIfAbsent(situation, s -> new TreeMap<>()).merge(kind, 1, Integer::sum);
  }

  /** In the start after one with a fault. */
  synchronized void addAgain(Situation situation) {
    again.merge(situation, 1, Integer::sum);
  }

  synchronized int pairs() {
    return sum(again.values());
  }

  /** Those of the kinds that nothing happened to. */
  synchronized Set<String> missing(Set<String> kinds) {
    Set<String> missing = new HashSet<>(kinds);
    for (Map<String, Integer> counts : first.values()) {
      missing.removeAll(counts.keySet());
    }
    return missing;
  }

  /** For people, and for {@code docs/reliability.md}. */
  void publish() throws IOException {
    String text = toString();
    System.out.print(text);
    Path file = GuardedJvm.AGENT.resolveSibling("faults").resolve(what + "-of-processes.txt");
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static int sum(Collection<Integer> counts) {
    int sum = 0;
    for (int count : counts) {
      sum += count;
    }
    return sum;
  }

  @Override
  public synchronized String toString() {
    Map<String, Integer> kinds = new TreeMap<>();
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Situation, Map<String, Integer>> each : first.entrySet()) {
      each.getValue().forEach((kind, count) -> kinds.merge(kind, count, Integer::sum));
      text.append(line(each.getKey().toString(), sum(each.getValue().values())));
    }
    if (!again.isEmpty()) {
      text.append(line("in the next start too", pairs()));
    }
    kinds.forEach((kind, count) -> text.append(line("  " + kind, count)));
    String title = what + " of processes, " + FaultSeed.description();
    return line(title, sum(kinds.values()) + pairs()) + text;
  }

  private static String line(String name, int count) {
    return String.format(Locale.ROOT, "%-24s %6d%n", name, count);
  }
}
