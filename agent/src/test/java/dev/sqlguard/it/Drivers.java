package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Starts of applications with sqlite-jdbc of several ages. What old versions of SQLite say about a
 * file, and in which words, is not what the newest one says.
 */
final class Drivers implements AutoCloseable {
  static final String OLDEST = "3.7.2";
  static final String NEWEST = "newest";

  private final String options;
  private final Map<String, Starts> byVersion = new TreeMap<>();

  /**
   * @param options of the agent
   */
  Drivers(String options) {
    this.options = options;
  }

  /** The oldest, one from the middle, and the one of this build. */
  static List<String> versions() {
    return List.of(OLDEST, "3.28.0", NEWEST);
  }

  /** A JVM whose application has this driver. */
  static GuardedJvm jvm(String version) {
    GuardedJvm jvm = GuardedJvm.jvm();
    return version.equals(NEWEST)
        ? jvm
        : jvm.classPath(JarMaker.location(ScriptApp.class), jar(version))
            .jvmArguments("-Djdbc.drivers=org.sqlite.JDBC");
  }

  /** The library of an old version. */
  static Path jar(String version) {
    Path driver = Path.of(System.getProperty("old.drivers"), "sqlite-jdbc-" + version + ".jar");
    assertTrue(Files.exists(driver), driver.toString());
    return driver.toAbsolutePath();
  }

  Starts starts(String version) {
    return byVersion.computeIfAbsent(version, v -> new Starts(() -> jvm(v).options(options)));
  }

  @Override
  public void close() throws IOException {
    for (Starts starts : byVersion.values()) {
      starts.close();
    }
    byVersion.clear();
  }
}
