package dev.sqlguard.it;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A separate JVM, with the built agent unless told otherwise. By default it runs {@link ScriptApp}
 * and is played with {@link Running#say}.
 */
public final class GuardedJvm {
  /** The jar under test. */
  public static final Path AGENT = Path.of(System.getProperty("sqlguard.jar")).toAbsolutePath();

  private static final int PATIENCE_SECONDS = 60;

  /** What never ends would take the whole build with it. */
  private static final int LAST_RESORT_SECONDS = 300;

  private final List<String> prefix = new ArrayList<>();
  private final List<String> jvmArguments = new ArrayList<>();
  private final Map<String, String> environment = new TreeMap<>();
  private String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private String agentOptions = "";
  private Path agent = AGENT;
  private boolean guarded = true;
  private String classPath = String.join(File.pathSeparator, applicationClassPath());
  private List<String> program = List.of(ScriptApp.class.getName());
  private Path directory = Path.of("").toAbsolutePath();

  /** Null where standard error is kept for the test. */
  private Path elsewhere;

  public static GuardedJvm jvm() {
    return new GuardedJvm();
  }

  /** All JVMs that the tests can run on: the one of this build, and newer ones in usual places. */
  public static List<Path> javas() throws IOException {
    List<Path> homes = new ArrayList<>();
    homes.add(Path.of(System.getProperty("java.home")));
    Path known = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(known)) {
      try (var found = Files.newDirectoryStream(known)) {
        for (Path home : found) {
          if (!Files.isSymbolicLink(home) && isNewer(home)) {
            homes.add(home);
          }
        }
      }
    }
    return homes;
  }

  /** What an application has: its own classes and libraries, not the guard's. */
  public static List<String> applicationClassPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String name = Path.of(entry).getFileName().toString();
      if (name.equals("test-classes")
          || name.matches("(sqlite-jdbc|slf4j-(api|nop)|HikariCP)-.*\\.jar")) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static boolean isNewer(Path home) throws IOException {
    Path release = home.resolve("release");
    if (!Files.exists(home.resolve("bin/java")) || !Files.exists(release)) {
      return false;
    }
    for (String line : Files.readAllLines(release)) {
      if (line.startsWith("JAVA_VERSION=")) {
        String number = line.replaceAll("[^0-9.]", "").split("\\.")[0];
        return Integer.parseInt(number) > Runtime.version().feature();
      }
    }
    return false;
  }

  /** The JDK to run on. */
  public GuardedJvm java(Path home) {
    java = home.resolve("bin/java").toString();
    return this;
  }

  /** What stands after {@code =} of {@code -javaagent}. */
  public GuardedJvm options(String text) {
    agentOptions = text;
    return this;
  }

  /** Another jar than the one under test. */
  public GuardedJvm agent(Path jar) {
    agent = jar;
    return this;
  }

  public GuardedJvm unguarded() {
    guarded = false;
    return this;
  }

  public GuardedJvm jvmArguments(String... arguments) {
    jvmArguments.addAll(Arrays.asList(arguments));
    return this;
  }

  public GuardedJvm environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Words before {@code java}, for example {@code setpriv}. */
  public GuardedJvm prefix(String... words) {
    prefix.addAll(Arrays.asList(words));
    return this;
  }

  /** One that SIGINT ends, also in a build that was started in the background. */
  public GuardedJvm interruptible() throws IOException {
    String[] env = {"env", "--default-signal=INT"};
    try {
      boolean known = new ProcessBuilder(env[0], env[1], "true").start().waitFor() == 0;
      return known ? prefix(env) : this;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  public GuardedJvm classPath(Path... entries) {
    List<String> texts = new ArrayList<>();
    for (Path entry : entries) {
      texts.add(entry.toString());
    }
    classPath = String.join(File.pathSeparator, texts);
    return this;
  }

  /** A main class and its arguments, or other words for the {@code java} command. */
  public GuardedJvm program(String... words) {
    program = List.of(words);
    return this;
  }

  public GuardedJvm directory(Path path) {
    directory = path;
    return this;
  }

  /** Another place for standard error; what is said there is none of {@link Ended}'s lines. */
  public GuardedJvm errorsTo(Path file) {
    elsewhere = file;
    return this;
  }

  public Running start() throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(java);
    command.addAll(jvmArguments);
    if (guarded) {
      command.add("-javaagent:" + agent + (agentOptions.isEmpty() ? "" : "=" + agentOptions));
    }
    if (!classPath.isEmpty()) {
      command.add("-cp");
      command.add(classPath);
    }
    command.addAll(program);
    Path errors = Files.createTempFile("sqlguard-it-", ".stderr");
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("SQLGUARD_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    builder.redirectError((elsewhere == null ? errors : elsewhere).toFile());
    return new Running(builder.start(), errors);
  }

  /** Runs a program that ends by itself. */
  public Ended run() throws IOException {
    try (Running running = start()) {
      running.closeInput();
      return running.awaitEnd();
    }
  }

  /** What is left of a JVM. */
  public record Ended(int exitCode, List<String> output, List<String> errors) {
    /** The guard's own lines. */
    public List<String> guardLines() {
      return errors.stream().filter(line -> line.startsWith("sqlguard: ")).toList();
    }

    /** Standard error without the guard's lines. */
    public List<String> otherErrors() {
      return errors.stream().filter(line -> !line.startsWith("sqlguard: ")).toList();
    }
  }

  /** A JVM under way. Closing it kills it. */
  public static final class Running implements AutoCloseable {
    private final Process process;
    private final Path errors;
    private final BufferedWriter input;
    private final BufferedReader output;
    private final List<String> seen = new ArrayList<>();

    private Running(Process process, Path errors) {
      this.process = process;
      this.errors = errors;
      this.input =
          new BufferedWriter(
              new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
      this.output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    public long pid() {
      return process.pid();
    }

    /** Sends one command to {@link ScriptApp} and returns its answer. */
    public String say(String... words) throws IOException {
      tell(words);
      return answer();
    }

    /** The answer to a command that was sent with {@link #tell}. */
    public String answer() throws IOException {
      String answer = output.readLine();
      if (answer == null) {
        throw new IOException("the JVM ended: " + Files.readString(errors));
      }
      seen.add(answer);
      return answer;
    }

    /** Sends a command without waiting for an answer. */
    public void tell(String... words) throws IOException {
      input.write(String.join("\t", words));
      input.newLine();
      input.flush();
    }

    /** {@link #say} that has to be answered with {@code ok}. */
    public Running ok(String... words) throws IOException {
      String answer = say(words);
      if (!answer.equals("ok")) {
        throw new AssertionError(String.join(" ", words) + ": " + answer);
      }
      return this;
    }

    public List<String> errorsSoFar() throws IOException {
      return Files.readAllLines(errors);
    }

    public void closeInput() throws IOException {
      input.close();
    }

    /** SIGTERM. */
    public Ended terminate() throws IOException {
      // Process.destroy would close our end of its output.
      process.toHandle().destroy();
      return awaitEnd();
    }

    /** SIGKILL. */
    public Ended kill() throws IOException {
      process.toHandle().destroyForcibly();
      return awaitEnd();
    }

    /** Sends a last command, such as {@code exit 0} or {@code return}. */
    public Ended end(String... words) throws IOException {
      tell(words);
      return awaitEnd();
    }

    public Ended awaitEnd() throws IOException {
      CompletableFuture.delayedExecutor(LAST_RESORT_SECONDS, TimeUnit.SECONDS)
          .execute(process::destroyForcibly);
      for (String line; (line = output.readLine()) != null; ) {
        seen.add(line);
      }
      try {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError("the JVM doesn't end: " + errorsSoFar());
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      Ended ended = new Ended(process.exitValue(), List.copyOf(seen), errorsSoFar());
      Files.deleteIfExists(errors);
      return ended;
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      Files.deleteIfExists(errors);
    }
  }
}
