package dev.sqlguard.driver;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.verify.SqliteEngine;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A driver without JDBC. Private copies are opened with the newest SQLite, live files through the
 * driver's own classes, by reflection.
 */
abstract sealed class NativeDriver implements LoadedDriver, ApplicationDriver
    permits Sqlite4JavaDriver, BundledDriver {
  /** SQLITE_OPEN_READWRITE: never creates a file. */
  static final int READ_WRITE = 0x2;

  private final WeakReference<Class<?>> anchor;
  private final BooleanSupplier soleSqlite;
  private final Supplier<Optional<SqliteEngine>> newestSqlite;

  /** Null until it has been asked for. */
  private volatile Optional<String> ownVersion;

  NativeDriver(
      Class<?> opener, BooleanSupplier soleSqlite, Supplier<Optional<SqliteEngine>> newestSqlite) {
    this.anchor = new WeakReference<>(opener);
    this.soleSqlite = soleSqlite;
    this.newestSqlite = newestSqlite;
  }

  @Override
  public final Connection open(Path file) throws SQLException {
    Optional<SqliteEngine> engine = newestSqlite.get();
    if (engine.isEmpty()) {
      throw new SQLException("the guard's own SQLite can't be loaded, and its driver has no JDBC");
    }
    return engine.get().open(file);
  }

  /** The driver's class, on which its other classes are found. */
  final Class<?> opener() throws SQLException {
    Class<?> known = anchor.get();
    if (known == null) {
      throw new SQLException("its driver has been unloaded");
    }
    return known;
  }

  @Override
  public final String name() {
    return "the newest SQLite";
  }

  @Override
  public final Optional<String> versionOnceOpened() {
    if (ownVersion == null) {
      try {
        ownVersion = Optional.ofNullable(askVersion());
      } catch (ReflectiveOperationException | SQLException e) {
        ownVersion = Optional.empty();
      }
    }
    return ownVersion;
  }

  /** What {@code sqlite_version()} says in this driver. Touches no file. */
  abstract String askVersion() throws ReflectiveOperationException, SQLException;

  @Override
  public final boolean mayOpenLiveFiles() {
    return soleSqlite.getAsBoolean();
  }

  @Override
  public final boolean isKeyed() {
    return false;
  }

  @Override
  public final boolean opensLike(ApplicationDriver other) {
    return other == this;
  }

  @Override
  public final Object loadedCopy() {
    return this;
  }

  @Override
  public final boolean isOf(Class<?> opener) {
    return anchor.get() == opener;
  }

  @Override
  public final boolean isUnloaded() {
    return anchor.get() == null;
  }

  @Override
  public final boolean opensFiles() {
    return true;
  }

  @Override
  public final Handling handling(Object opener) {
    return new Handling.Guarded(this);
  }
}
