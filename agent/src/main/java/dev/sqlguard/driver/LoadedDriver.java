package dev.sqlguard.driver;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.verify.SqliteEngine;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A copy of a SQLite driver that the application has loaded. What kind it is, nobody else needs to
 * know. Held weakly, so that an undeployed web application can be collected.
 */
public sealed interface LoadedDriver permits JdbcDriver, NativeDriver, MemoryDriver {
  /** How an open of the application's is dealt with. */
  sealed interface Handling {
    /** Guarded, through this. */
    record Guarded(ApplicationDriver driver) implements Handling {}

    /** Left alone, for a reason that is said in one line. */
    record Aside(String reason) implements Handling {}
  }

  /**
   * @param opener the class of the object whose method opens files
   * @param soleSqlite whether it is the one copy of SQLite in this JVM
   * @param newestSqlite judges private copies where the driver has no JDBC
   */
  static LoadedDriver of(
      Class<?> opener, BooleanSupplier soleSqlite, Supplier<Optional<SqliteEngine>> newestSqlite) {
    return switch (opener.getName()) {
      case DriverShape.SQLITE4JAVA -> new Sqlite4JavaDriver(opener, soleSqlite, newestSqlite);
      case DriverShape.BUNDLED -> new BundledDriver(opener, soleSqlite, newestSqlite);
      default ->
          MemoryDriver.isShapeOf(opener)
              ? new MemoryDriver(opener)
              : new JdbcDriver(opener, soleSqlite);
    };
  }

  /** Whether this is the driver that {@code opener} belongs to. */
  boolean isOf(Class<?> opener);

  /** Whether its class loader has been collected. */
  boolean isUnloaded();

  /** Whether it opens files itself, with locks, rather than copies of them in memory. */
  boolean opensFiles();

  /**
   * @param opener the object that is about to open a file
   */
  Handling handling(Object opener);
}
