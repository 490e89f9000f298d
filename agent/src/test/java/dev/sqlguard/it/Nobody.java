package dev.sqlguard.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * JVMs of an account without rights. Root is asked no permissions, so tests of permissions need
 * one; and neither the build's directory nor the local repository need be readable for others, so
 * it gets copies.
 */
public final class Nobody implements AutoCloseable {
  public static final String ID = "65534";
  private static final List<Class<?>> PROGRAMS = List.of(ScriptApp.class, LooksAround.class);

  private final Path readable;
  private final Path agent;
  private final Path[] classPath;

  public Nobody() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv");
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root to become another user");
    readable = Files.createTempDirectory("sqlguard-readable-");
    Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rwxr-xr-x"));
    agent = copyTo(GuardedJvm.AGENT, readable);
    List<Path> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (entry.contains("sqlite-jdbc") || entry.contains("slf4j")) {
        entries.add(copyTo(path, readable));
      } else if (Files.exists(path.resolve("dev/sqlguard/it/ScriptApp.class"))) {
        Path folder = Files.createDirectories(readable.resolve("classes/dev/sqlguard/it"));
        for (Class<?> program : PROGRAMS) {
          copyTo(path.resolve("dev/sqlguard/it/" + program.getSimpleName() + ".class"), folder);
        }
        entries.add(readable.resolve("classes"));
      }
    }
    classPath = entries.toArray(Path[]::new);
  }

  /** A folder that everybody may look into. */
  public Path readable() {
    return readable;
  }

  /** The copy of the jar under test. */
  public Path agent() {
    return agent;
  }

  public GuardedJvm unguarded() {
    return unguardedAs(ID);
  }

  /** Of another account without rights; {@code before} are words in front of everything. */
  public GuardedJvm unguardedAs(String user, String... before) {
    return of(user, user, before);
  }

  private GuardedJvm of(String user, String group, String... before) {
    return GuardedJvm.jvm()
        .unguarded()
        .prefix(before)
        .prefix("setpriv", "--reuid", user, "--regid", group, "--clear-groups")
        .classPath(classPath)
        .environment("HOME", "/root")
        .directory(Path.of("/"));
  }

  /** Of an account without rights that is a member of a group. */
  public GuardedJvm guardedMember(String user, String group) {
    return guardedMember(user, group, "");
  }

  /** The same with options. */
  public GuardedJvm guardedMember(String user, String group, String options) {
    return of(user, group).jvmArguments("-javaagent:" + agent + "=" + options);
  }

  public GuardedJvm guarded(String... before) {
    return unguardedAs(ID, before).jvmArguments("-javaagent:" + agent);
  }

  /** Whose application has a driver of {@link Drivers}. */
  public GuardedJvm guardedWith(String driver) throws Exception {
    GuardedJvm jvm = guarded();
    if (driver.equals(Drivers.NEWEST)) {
      return jvm;
    }
    Path jar = readable.resolve(Drivers.jar(driver).getFileName());
    return jvm.classPath(
            readable.resolve("classes"),
            Files.exists(jar) ? jar : copyTo(Drivers.jar(driver), readable))
        .jvmArguments("-Djdbc.drivers=org.sqlite.JDBC");
  }

  public static void giveTo(String user, Path path) throws Exception {
    Files.setAttribute(path, "unix:uid", Integer.parseInt(user));
    Files.setAttribute(path, "unix:gid", Integer.parseInt(user));
  }

  @Override
  public void close() throws Exception {
    try (var all = Files.walk(readable)) {
      all.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
    }
  }

  private static Path copyTo(Path file, Path folder) throws Exception {
    Path copy = Files.copy(file, folder.resolve(file.getFileName()));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
    return copy;
  }
}
