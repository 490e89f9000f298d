package dev.sqlguard.driver;

import dev.sqlguard.verify.SqliteEngine;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;
import java.util.function.BooleanSupplier;

/**
 * A copy of sqlite-jdbc, or of something shaped like it, already loaded: the application's own, or
 * the nested one. Held weakly, so that an undeployed web application can be collected.
 */
public final class JdbcDriver implements SqliteEngine {
  private static final String READ_WRITE = "2";

  private final WeakReference<Class<?>> anchor;
  private final String driverClass;
  private final String name;
  private final BooleanSupplier soleSqlite;

  /**
   * @param databaseClass the driver's {@code DB} class; the JDBC driver is found beside it
   * @param soleSqlite whether it is the one copy of SQLite in this JVM
   */
  public JdbcDriver(Class<?> databaseClass, BooleanSupplier soleSqlite) {
    this(databaseClass, driverBeside(databaseClass), "the application's driver", soleSqlite);
  }

  JdbcDriver(Class<?> anchor, String driverClass, String name, BooleanSupplier soleSqlite) {
    this.anchor = new WeakReference<>(anchor);
    this.driverClass = driverClass;
    this.name = name;
    this.soleSqlite = soleSqlite;
  }

  @Override
  public Connection open(Path file) throws SQLException {
    Class<?> known = anchor.get();
    if (known == null) {
      throw new SQLException("its driver has been unloaded");
    }
    Properties properties = new Properties();
    properties.setProperty("open_mode", READ_WRITE);
    Connection connection = driver(known).connect(url(file), properties);
    if (connection == null) {
      throw new SQLException(driverClass + " doesn't take " + url(file));
    }
    return connection;
  }

  @Override
  public boolean mayOpenLiveFiles() {
    return soleSqlite.getAsBoolean();
  }

  @Override
  public String name() {
    return name;
  }

  /** Whether its class loader has been collected. */
  public boolean isUnloaded() {
    return anchor.get() == null;
  }

  /** Whether this is the driver of {@code databaseClass}. */
  public boolean isOf(Class<?> databaseClass) {
    return anchor.get() == databaseClass;
  }

  private Driver driver(Class<?> known) throws SQLException {
    try {
      return (Driver)
          Class.forName(driverClass, true, known.getClassLoader())
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new SQLException("no JDBC driver beside " + known.getName(), e);
    }
  }

  /** The driver cuts its pragmas off at a question mark, so such a name goes as a URI. */
  private static String url(Path file) {
    String path = file.toString();
    if (path.indexOf('?') < 0) {
      return "jdbc:sqlite:" + path;
    }
    String escaped =
        path.replace("%", "%25").replace("?", "%3f").replace("#", "%23").replace("\\", "/");
    return "jdbc:sqlite:file:" + escaped;
  }

  /**
   * {@code org.sqlite.core.DB} and {@code org.sqlite.DB} both belong to {@code org.sqlite.JDBC}.
   */
  private static String driverBeside(Class<?> databaseClass) {
    String packageName = databaseClass.getPackageName();
    String root =
        packageName.endsWith(".core")
            ? packageName.substring(0, packageName.length() - ".core".length())
            : packageName;
    return root + ".JDBC";
  }
}
