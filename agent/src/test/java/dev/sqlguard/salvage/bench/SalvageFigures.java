package dev.sqlguard.salvage.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * Measures a salvaging command: builds the base, damages it in every way, runs the command on each
 * damaged copy in a process of its own, compares what it made with the base, and prints a table in
 * Markdown. Progress goes to standard error. See docs/benchmarks.md.
 *
 * <p>System properties, all optional:
 *
 * <table>
 *   <caption>Properties</caption>
 *   <tr><td>figures.mb</td><td>size of the base, 186</td></tr>
 *   <tr><td>figures.seed, figures.page.size, figures.encoding</td><td>42, 4096, UTF-8</td></tr>
 *   <tr><td>figures.variants</td><td>numbers or names with commas between, or {@code all}</td></tr>
 *   <tr><td>figures.command</td><td>what to run, with {@code {java} {jar} {damaged} {out}
 *       {backup}} in it; may be any other tool's command line, such as {@code sh -c 'sqlite3
 *       {damaged} .recover | sqlite3 {out}'}</td></tr>
 *   <tr><td>figures.command.backup</td><td>what to run in a second round, with a backup; nothing
 *       if figures.command is given and this isn't</td></tr>
 *   <tr><td>figures.timeout</td><td>seconds after which a run is ended, 600</td></tr>
 *   <tr><td>figures.keep</td><td>{@code true} keeps damaged and recovered files</td></tr>
 *   <tr><td>figures.dir</td><td>where all files go</td></tr>
 * </table>
 */
public final class SalvageFigures {
  private static final String SALVAGE = "{java} -jar {jar} salvage {damaged} {out}";

  /** A line of the table. */
  private record Line(
      Damage damage, boolean backup, Ceiling ceiling, Score score, Run run, List<String> remarks) {}

  /** How a process ended. */
  private record Run(double seconds, int exitCode) {}

  private final Path folder;
  private final Path base;
  private final Path backup;
  private final BaseDatabase parameters;
  private final CommandLine command;
  private final CommandLine commandWithBackup;

  private SalvageFigures(Path folder, BaseDatabase parameters) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.parameters = parameters;
    this.base =
        folder.resolve(
            "base-%d-%d-%d-%s.db"
                .formatted(
                    parameters.seed(),
                    parameters.megabytes(),
                    parameters.pageSize(),
                    parameters.encoding()));
    this.backup = folder.resolve("backup.db");
    String own = property("figures.command", "");
    command = CommandLine.parse(own.isEmpty() ? SALVAGE : own);
    commandWithBackup =
        CommandLine.parse(
            property(
                "figures.command.backup", own.isEmpty() ? SALVAGE + " --backup {backup}" : ""));
  }

  public static void main(String[] args) throws Exception {
    BaseDatabase parameters =
        new BaseDatabase(
            Long.parseLong(property("figures.seed", "42")),
            Integer.parseInt(property("figures.mb", "186")),
            Integer.parseInt(property("figures.page.size", "4096")),
            property("figures.encoding", "UTF-8"));
    Path folder = Path.of(property("figures.dir", "target/salvage-figures"));
    new SalvageFigures(folder, parameters).measure(variants(property("figures.variants", "all")));
  }

  private static List<Damage> variants(String text) {
    if (text.equals("all")) {
      return List.of(Damage.values());
    }
    List<Damage> variants = new ArrayList<>();
    for (String word : text.split(",")) {
      String name = word.strip();
      variants.add(
          name.matches("\\d+")
              ? Damage.values()[Integer.parseInt(name)]
              : Damage.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    return variants;
  }

  private void measure(List<Damage> variants) throws Exception {
    if (!Files.exists(base)) {
      say("building %s", base);
      Path unfinished = Path.of(base + ".unfinished");
      parameters.build(unfinished);
      Files.move(unfinished, base);
    }
    Files.deleteIfExists(backup);
    Files.copy(base, backup);
    DatabaseImage image = DatabaseImage.read(base);
    PageMap map = new PageMap(image);
    Original original = Original.read(base, BaseDatabase.SEARCH_TERM);
    Scorer scorer = new Scorer(original, BaseDatabase.DELETED_MARKER);
    say("%,d bytes, %,d rows", image.size(), original.rows());
    List<Line> lines = new ArrayList<>();
    for (Damage variant : variants) {
      Path damaged = folder.resolve("%02d".formatted(variant.ordinal()) + "-damaged.db");
      String hit = variant.make(image, map, damaged, BaseDatabase.TARGETS, parameters.seed());
      Ceiling ceiling = Ceiling.of(image, map, damaged);
      say("%s: %s %s", variant.title(), variant.description(), hit);
      for (boolean withBackup : new boolean[] {false, true}) {
        CommandLine line = withBackup ? commandWithBackup : command;
        if (!line.words().isEmpty()) {
          lines.add(measure(variant, withBackup, line, damaged, ceiling, scorer));
          say("  %s", row(lines.get(lines.size() - 1)));
        }
      }
      if (!Boolean.getBoolean("figures.keep")) {
        Files.delete(damaged);
      }
    }
    print(original, lines);
  }

  private Line measure(
      Damage variant,
      boolean withBackup,
      CommandLine command,
      Path damaged,
      Ceiling ceiling,
      Scorer scorer)
      throws IOException, InterruptedException, SQLException {
    String stem = "%02d-%s".formatted(variant.ordinal(), withBackup ? "with-backup" : "alone");
    Path out = folder.resolve(stem + ".db");
    deleteAllOf(out);
    long before = checksum(damaged);
    Map<String, String> values = new LinkedHashMap<>();
    values.put("java", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    values.put("jar", property("sqlguard.jar", "target/sqlguard.jar"));
    values.put("damaged", damaged.toString());
    values.put("out", out.toString());
    values.put("backup", backup.toString());
    Run run = run(command.with(values), folder.resolve(stem + ".log"));
    Score score = scorer.score(out);
    List<String> remarks = remarks(score);
    if (checksum(damaged) != before || hasSideFiles(damaged)) {
      remarks.add("THE INPUT WAS CHANGED");
    }
    if (!Boolean.getBoolean("figures.keep")) {
      deleteAllOf(out);
    }
    return new Line(variant, withBackup, ceiling, score, run, remarks);
  }

  private static Run run(List<String> command, Path log) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    long limit = Long.parseLong(property("figures.timeout", "600"));
    if (!process.waitFor(limit, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    return new Run((System.nanoTime() - start) / 1e9, process.exitValue());
  }

  private static List<String> remarks(Score score) {
    List<String> remarks = new ArrayList<>();
    Score.SchemaScore schema = score.schema();
    if (schema.present() < schema.objects()) {
      remarks.add("%d of %d objects".formatted(schema.present(), schema.objects()));
    }
    if (!schema.extra().isEmpty()) {
      remarks.add(schema.extra().size() + " objects more");
    }
    if (score.rowidChanged() > 0) {
      remarks.add("%,d rowids changed".formatted(score.rowidChanged()));
    }
    if (score.quarantine().markedDeleted() > 0) {
      remarks.add("%,d deleted rows in LAF".formatted(score.quarantine().markedDeleted()));
    }
    if (!score.integrity().equals(List.of("ok"))) {
      String all = String.join("; ", score.integrity()).replaceAll("\\s+", " ").replace('|', '/');
      remarks.add(all.length() <= 100 ? all : all.substring(0, 100) + "…");
    }
    if (schema.present() == 0) {
      return remarks;
    }
    score.pragmas().forEach((name, values) -> remarks.add(name + " " + values));
    score.searches().forEach((name, values) -> remarks.add("hits in " + name + " " + values));
    return remarks;
  }

  private void print(Original original, List<Line> lines) {
    System.out.printf(
        Locale.ROOT,
        "%nBase: seed %d, %d MB, pages of %d bytes, %s: %,d rows, %d schema objects.%n%n",
        parameters.seed(),
        parameters.megabytes(),
        parameters.pageSize(),
        parameters.encoding(),
        original.rows(),
        original.schema().size());
    System.out.println(
        "| variant | backup | ceiling | kept | gap | wrong | LAF | seconds | exit | remarks |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    lines.forEach(line -> System.out.println(row(line)));
  }

  private static String row(Line line) {
    Score score = line.score();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %,d | %,d | %,d | %,d | %,d/%,d | %.1f | %d | %s |",
        line.damage().title(),
        line.backup() ? "yes" : "no",
        line.ceiling().intact(),
        score.kept(),
        line.ceiling().intact() - score.kept(),
        score.wrong(),
        score.lostInQuarantine(),
        score.quarantine().rows(),
        line.run().seconds(),
        line.run().exitCode(),
        String.join(", ", line.remarks()));
  }

  private static long checksum(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        CheckedInputStream checked = new CheckedInputStream(bytes, new CRC32C())) {
      checked.transferTo(OutputStream.nullOutputStream());
      return checked.getChecksum().getValue();
    }
  }

  private static boolean hasSideFiles(Path database) {
    return Stream.of("-journal", "-wal", "-shm").anyMatch(s -> Files.exists(Path.of(database + s)));
  }

  private static void deleteAllOf(Path database) throws IOException {
    for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(database + suffix));
    }
  }

  /** An empty property is one that isn't set: Maven passes all of them. */
  private static String property(String name, String byDefault) {
    String value = System.getProperty(name, "");
    return value.isEmpty() ? byDefault : value;
  }

  private static void say(String format, Object... values) {
    System.err.println(String.format(Locale.ROOT, format, values));
  }
}
