package dev.sqlguard.cli;

import dev.sqlguard.store.ForeignText;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Where results, complaints and progress go. */
public final class Terminal {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean interactive;

  /**
   * @param interactive whether a person watches {@code err}, so that a line may be drawn again
   */
  Terminal(PrintWriter out, PrintWriter err, boolean interactive) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
  }

  /** Standard output and standard error, in UTF-8. */
  public static Terminal ofProcess() {
    return new Terminal(
        writer(new FileOutputStream(FileDescriptor.out)),
        writer(new FileOutputStream(FileDescriptor.err)),
        isTerminal(System.console()));
  }

  PrintWriter out() {
    return out;
  }

  PrintWriter err() {
    return err;
  }

  boolean isInteractive() {
    return interactive;
  }

  /** One line of the result. Names of tables and files come from outside: they can't break it. */
  void say(String line) {
    out.println(ForeignText.printable(line));
    out.flush();
  }

  /** A result that is a document of its own. */
  void document(String text) {
    out.print(text);
    out.flush();
  }

  /** One line that isn't part of the result. */
  void note(String line) {
    err.println("sqlguard: " + ForeignText.printable(line));
    err.flush();
  }

  /** Draws over the line drawn before; only where {@link #isInteractive}. */
  void draw(String line) {
    err.print("\r" + ForeignText.printable(line));
    err.flush();
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
  }

  /** From Java 22 on there is a console without a terminal too, and a method that tells. */
  private static boolean isTerminal(Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
