package dev.sqlguard.sabotage;

import java.util.ArrayList;
import java.util.List;

/**
 * One mistake that somebody could make in one place of the source, and the tests that have to
 * notice it.
 *
 * @param name what is done, for people
 * @param file below the module's directory
 * @param taken lines that stand there once, next to each other
 * @param given what comes in their place; may be empty
 * @param tests test classes, without their package's common part, or a class and a method: {@code
 *     guard.CrashTest#restores}
 * @param mayNotEnd whether a test that doesn't end has noticed it
 */
record Sabotage(
    String name,
    String file,
    List<String> taken,
    List<String> given,
    List<String> tests,
    boolean mayNotEnd) {

  /**
   * Reads a list of them. A line {@code # } begins one with its name, {@code file } and {@code test
   * } name the places, {@code endless} allows its test not to end, {@code -} and {@code +} stand
   * before the lines.
   */
  static List<Sabotage> parse(List<String> lines) {
    List<Sabotage> all = new ArrayList<>();
    Sabotage current = null;
    for (String line : lines) {
      if (line.startsWith("# ")) {
        current = named(line.substring(2));
        all.add(current);
      } else if (current != null && line.startsWith("file ")) {
        all.set(all.size() - 1, current = current.in(line.substring(5)));
      } else if (current != null && line.startsWith("test ")) {
        current.tests.addAll(List.of(line.substring(5).split(" ")));
      } else if (current != null && line.equals("endless")) {
        all.set(all.size() - 1, current = current.endless());
      } else if (current != null && line.startsWith("-")) {
        current.taken.add(line.substring(1).strip());
      } else if (current != null && line.startsWith("+")) {
        current.given.add(line.substring(1).strip());
      } else if (!line.isBlank()) {
        throw new IllegalArgumentException("not understood: " + line);
      }
    }
    return all;
  }

  private static Sabotage named(String name) {
    return new Sabotage(name, "", new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), false);
  }

  private Sabotage in(String path) {
    return new Sabotage(name, path, taken, given, tests, mayNotEnd);
  }

  private Sabotage endless() {
    return new Sabotage(name, file, taken, given, tests, true);
  }

  /**
   * The source with the mistake in it.
   *
   * @throws IllegalArgumentException where the place isn't there, or more than once
   */
  List<String> applyTo(List<String> source) {
    int found = -1;
    for (int i = 0; i + taken.size() <= source.size(); i++) {
      if (standsAt(source, i)) {
        if (found >= 0) {
          throw new IllegalArgumentException(file + " has it twice: " + taken);
        }
        found = i;
      }
    }
    if (found < 0) {
      throw new IllegalArgumentException(file + " has nowhere: " + taken);
    }
    List<String> result = new ArrayList<>(source.subList(0, found));
    result.addAll(given);
    result.addAll(source.subList(found + taken.size(), source.size()));
    return result;
  }

  private boolean standsAt(List<String> source, int at) {
    for (int i = 0; i < taken.size(); i++) {
      if (!source.get(at + i).strip().equals(taken.get(i))) {
        return false;
      }
    }
    return !taken.isEmpty();
  }
}
