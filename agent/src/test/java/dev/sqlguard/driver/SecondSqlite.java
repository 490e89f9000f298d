package dev.sqlguard.driver;

import dev.sqlguard.backup.ApplicationDriver;
import java.net.URL;
import java.net.URLClassLoader;
import org.sqlite.core.DB;

/** The driver that is on the class path, once more in a loader of its own: as the nested one is. */
public final class SecondSqlite {
  /** The driver holds it weakly. */
  private final Class<?> loaded;

  public SecondSqlite() {
    URL jar = DB.class.getProtectionDomain().getCodeSource().getLocation();
    ClassLoader parent = ClassLoader.getPlatformClassLoader();
    try {
      loaded = Class.forName("org.sqlite.JDBC", true, new URLClassLoader(new URL[] {jar}, parent));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  public ApplicationDriver driver() {
    return new JdbcDriver(
        loaded, loaded.getName(), true, "the newest SQLite", () -> false, TimeAllowance.USUAL);
  }
}
