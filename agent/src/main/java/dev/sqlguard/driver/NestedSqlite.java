package dev.sqlguard.driver;

import dev.sqlguard.entry.IsolatedLoader;
import dev.sqlguard.verify.SqliteEngine;
import java.net.URL;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.jar.JarFile;

/**
 * The newest sqlite-jdbc, carried inside the agent's jar and loaded in a loader of its own when it
 * is first needed. It never opens a live file.
 */
public final class NestedSqlite implements Supplier<Optional<SqliteEngine>> {
  private static final String FOLDER = "sqlguard/sqlite/";

  private final JarFile jar;
  private final URL jarUrl;
  private final Consumer<Module> allowNativeCode;
  private Optional<SqliteEngine> engine;

  /** The engine holds its class weakly. */
  private Class<?> loaded;

  /**
   * @param allowNativeCode keeps newer JDKs from printing a warning about its native library
   */
  public NestedSqlite(JarFile jar, URL jarUrl, Consumer<Module> allowNativeCode) {
    this.jar = jar;
    this.jarUrl = jarUrl;
    this.allowNativeCode = allowNativeCode;
  }

  /** Empty where it can't be loaded: an odd platform, no place for its native library. */
  @Override
  public synchronized Optional<SqliteEngine> get() {
    if (engine == null) {
      engine = load();
    }
    return engine;
  }

  private Optional<SqliteEngine> load() {
    // Both would steer this copy to the application's native library, which is another version.
    if (System.getProperty("org.sqlite.lib.path") != null
        || System.getProperty("org.sqlite.lib.name") != null) {
      return Optional.empty();
    }
    try {
      ClassLoader parent = ClassLoader.getPlatformClassLoader();
      ClassLoader loader = new IsolatedLoader(jar, jarUrl, FOLDER, parent);
      allowNativeCode.accept(loader.getUnnamedModule());
      Class<?> driver = Class.forName("org.sqlite.JDBC", true, loader);
      loaded = driver;
      return Optional.of(
          new JdbcDriver(
              driver,
              driver.getName(),
              true,
              "the newest SQLite",
              () -> false,
              TimeAllowance.USUAL));
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty();
    }
  }
}
