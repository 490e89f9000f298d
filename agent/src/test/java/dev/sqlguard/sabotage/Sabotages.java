package dev.sqlguard.sabotage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Puts mistakes into the source, one at a time, and shows the test that fails for each. A mistake
 * that no test notices is a missing test.
 *
 * <p>The system property {@code sabotages} may hold a part of names; only those are tried then.
 * Ends with 1 where one wasn't noticed. A test that doesn't end has noticed nothing, except where
 * the list says that it shows so; those are counted apart. First all the tests run without any
 * mistake, on classes and a jar that are made in the same way as those with one: only who passes
 * then can notice one.
 */
final class Sabotages {
  private static final String PACKAGE = "dev.sqlguard.";
  private static final int PATIENCE_SECONDS = 600;

  private final Path module = Path.of(System.getProperty("sabotage.module"));
  private final Path shipped = Path.of(System.getProperty("sqlguard.jar"));
  private final Path work;

  private Sabotages(Path work) {
    this.work = work;
  }

  /**
   * What came of a run of tests.
   *
   * @param ended false where it had to be ended
   */
  private record Answer(boolean ended, int code, String said) {}

  public static void main(String[] none) throws Exception {
    Path work = Files.createTempDirectory("sabotage-");
    int unnoticed;
    try {
      unnoticed = new Sabotages(work).run(System.getProperty("sabotages", ""));
    } finally {
      delete(work);
    }
    System.exit(unnoticed == 0 ? 0 : 1);
  }

  private int run(String part) throws Exception {
    Path list = module.resolve("src/test/sabotage/sabotages.txt");
    List<Sabotage> chosen = new ArrayList<>();
    Set<String> files = new LinkedHashSet<>();
    Set<String> tests = new LinkedHashSet<>();
    for (Sabotage sabotage : Sabotage.parse(Files.readAllLines(list))) {
      if (sabotage.name().contains(part)) {
        chosen.add(sabotage);
        files.add(sabotage.file());
        tests.addAll(sabotage.tests());
      }
    }
    System.out.println("without any mistake: " + tests.size() + " tests");
    requireAllPass(tests, files);
    int unnoticed = 0;
    int endless = 0;
    for (Sabotage sabotage : chosen) {
      Optional<Answer> found = tryOut(sabotage);
      boolean noticed = found.isPresent() && (found.get().ended || sabotage.mayNotEnd());
      unnoticed += noticed ? 0 : 1;
      endless += found.isPresent() && !found.get().ended ? 1 : 0;
      String said = found.map(answer -> answer.said).orElse("no test failed");
      System.out.println(sabotage.name() + ": " + (noticed ? "" : "NOT NOTICED, ") + said);
    }
    System.out.println(chosen.size() + " mistakes, " + (chosen.size() - unnoticed) + " noticed");
    if (endless > 0) {
      System.out.println(
          endless + " of them by tests that didn't end in " + PATIENCE_SECONDS + " s");
    }
    return unnoticed;
  }

  private void requireAllPass(Set<String> tests, Set<String> files) throws Exception {
    Path place = Files.createTempDirectory(work, "none-");
    SabotagedClasses classes = classesIn(place);
    for (String file : files) {
      classes.compileUnchanged(file);
    }
    String classPath = classes.before(System.getProperty("java.class.path"));
    Path jar = classes.jar(shipped);
    for (String test : tests) {
      Answer answer = test(List.of(test), classPath, jar);
      if (!answer.ended || answer.code != 0) {
        throw new IllegalStateException(test + " doesn't pass: " + answer.said);
      }
    }
    delete(place);
  }

  private SabotagedClasses classesIn(Path place) throws IOException {
    return new SabotagedClasses(module, Files.createDirectory(place.resolve("classes")));
  }

  /**
   * @return the test that failed, or that it doesn't end; empty where all passed
   */
  private Optional<Answer> tryOut(Sabotage sabotage) throws Exception {
    Path place = Files.createTempDirectory(work, "one-");
    SabotagedClasses classes = classesIn(place);
    try {
      classes.compile(sabotage);
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
      return Optional.empty();
    }
    String classPath = classes.before(System.getProperty("java.class.path"));
    Answer answer = test(sabotage.tests(), classPath, classes.jar(shipped));
    delete(place);
    return switch (answer.code) {
      case 0 -> Optional.empty();
      case TestRun.NOTICED -> Optional.of(answer);
      default -> throw new IllegalStateException(sabotage.name() + ": " + answer);
    };
  }

  private Answer test(Collection<String> tests, String classPath, Path jar) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-exports=java.base/jdk.internal.access=ALL-UNNAMED");
    command.add("-Dsqlguard.jar=" + jar);
    command.add("-Dold.drivers=" + System.getProperty("old.drivers"));
    command.addAll(List.of("-cp", classPath, TestRun.class.getName()));
    for (String test : tests) {
      command.add(PACKAGE + test);
    }
    Path output = work.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(module.toFile())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return new Answer(false, TestRun.NOTICED, "doesn't end: " + tests);
    }
    return new Answer(true, process.exitValue(), said(Files.readAllLines(output)));
  }

  /** The line that names the test. */
  private static String said(List<String> lines) {
    for (String line : lines) {
      if (line.contains(" of [engine:")) {
        return line;
      }
    }
    return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
