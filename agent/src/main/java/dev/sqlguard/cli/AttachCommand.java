package dev.sqlguard.cli;

import dev.sqlguard.guard.JoinAnswers.Outcome;
import dev.sqlguard.guard.JoinRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code attach PID [OPTIONS]}: the guard joins a JVM that is running. */
@Command(
    name = "attach",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Puts the guard on a JVM that is running, until it ends.",
      "Databases that it has open already get a verified backup through its own driver, and their"
          + " WAL is folded in when it ends; those that it opens from now on are guarded as with"
          + " -javaagent."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the JVM is guarded; or it was before, and nothing was done",
      "1:the JVM is guarded, but something about it should be looked at, as a line says",
      "64:wrong use",
      "66:there is no such process, or it is no JVM",
      "69:the JVM can't be joined, or this one can't do it",
      "70:a defect of this program",
      "74:an error of reading or writing, or the JVM has ended meanwhile",
      "77:the process belongs to another user"
    },
    footer = {
      "",
      "Examples:",
      "  java -jar sqlguard.jar attach 4711",
      "  java -jar sqlguard.jar attach 4711 backups=3,exclude=*.cache"
    })
final class AttachCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final Path jar;
  private final Function<String, List<String>> optionMistakes;

  @Spec CommandSpec spec;

  @Parameters(index = "0", paramLabel = "PID", description = "The process.")
  long pid;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "OPTIONS",
      description =
          "What -javaagent takes after its =, for example backups=3,check=quick. Relative paths"
              + " refer to the directory of the JVM that is joined.")
  String options = "";

  AttachCommand(Terminal terminal, Path jar, Function<String, List<String>> optionMistakes) {
    this.terminal = terminal;
    this.jar = jar;
    this.optionMistakes = optionMistakes;
  }

  @Override
  public Integer call() throws IOException {
    List<String> mistakes = mistakes();
    if (!mistakes.isEmpty()) {
      mistakes.forEach(terminal::note);
      terminal.note("process " + pid + ": nothing was done");
      return ExitCode.WRONG_USE;
    }
    JoinableProcess process = JoinableProcess.of(pid, jar);
    try (RunningJvm jvm = RunningJvm.attach(pid)) {
      jvm.requireJava(17);
      JoinRequest request = new JoinRequest(options, process.openDatabases());
      try (Conversation conversation = Conversation.begin(pid, request)) {
        jvm.loadAgent(jar, "@" + conversation.file());
        return report(conversation);
      }
    }
  }

  private List<String> mistakes() {
    if (pid <= 0) {
      throw new ParameterException(spec.commandLine(), pid + " is no process");
    }
    if (pid == ProcessHandle.current().pid()) {
      throw new ParameterException(spec.commandLine(), "process " + pid + " is this command");
    }
    if (options.chars().anyMatch(Character::isISOControl)) {
      return List.of("options can't have line breaks or other control characters");
    }
    return optionMistakes.apply(options);
  }

  private int report(Conversation conversation) throws IOException {
    Conversation.End end = conversation.listen(terminal);
    if (end.outcome() == Outcome.FAILED) {
      throw new Refusal(ExitCode.NOT_JOINABLE, pid, "not guarded: " + end.text());
    }
    if (end.outcome() == Outcome.ALREADY) {
      terminal.say("process " + pid + ": " + end.text() + "; nothing was done");
      return ExitCode.COMPLETE;
    }
    String open =
        end.text().equals("0")
            ? "no database is open"
            : Counted.of(Long.parseLong(end.text()), "database") + " open already";
    terminal.say("process " + pid + ": is guarded from now on; " + open);
    return end.warned() ? ExitCode.LOSSES : ExitCode.COMPLETE;
  }
}
