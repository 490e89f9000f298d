package dev.sqlguard.agent;

import dev.sqlguard.cli.SqlGuardCli;
import dev.sqlguard.cli.Terminal;
import dev.sqlguard.driver.NestedSqlite;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The jar as a command: the rooms below, with the nested SQLite. Loaded by the entry's command,
 * from a folder that the agent doesn't look into.
 */
public final class Command {
  private static final String DRIVER_VERSION =
      "sqlguard/sqlite/META-INF/maven/org.xerial/sqlite-jdbc/pom.properties";

  private Command() {}

  /**
   * @param jar this jar
   * @param location where it lies
   * @return the process's exit code
   */
  public static int run(String[] arguments, JarFile jar, URL location) throws IOException {
    NestedSqlite sqlite = new NestedSqlite(jar, location, module -> {});
    Path file = Path.of(jar.getName()).toAbsolutePath();
    return new SqlGuardCli(Terminal.ofProcess(), sqlite, version(jar), file, Options::mistakes)
        .run(arguments);
  }

  private static List<String> version(JarFile jar) throws IOException {
    String own =
        jar.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
    Properties driver = new Properties();
    JarEntry entry = jar.getJarEntry(DRIVER_VERSION);
    if (entry != null) {
      try (InputStream in = jar.getInputStream(entry)) {
        driver.load(in);
      }
    }
    return List.of(
        "sqlguard " + own, "sqlite-jdbc " + driver.getProperty("version", "of unknown version"));
  }
}
