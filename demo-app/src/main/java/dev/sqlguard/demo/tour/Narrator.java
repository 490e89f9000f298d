package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells on the terminal what is done and what comes of it. */
final class Narrator {

  private final PrintWriter out;

  Narrator(PrintWriter out) {
    this.out = out;
  }

  void heading(String text) {
    out.println();
    out.println("== " + text + " ==");
  }

  void say(String text) {
    out.println(text);
  }

  /** A command in a form that can be pasted into a shell. */
  void command(List<String> command) {
    out.println("$ " + command.stream().map(Narrator::quoted).collect(Collectors.joining(" ")));
  }

  /** A line that a process wrote. */
  void quote(String source, String line) {
    out.println("    " + source + "| " + line);
  }

  /** The files of a directory with their sizes. */
  void listing(Path directory) {
    out.println("files in " + directory);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        out.printf("  %,12d  %s%n", Files.size(file), file.getFileName());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
