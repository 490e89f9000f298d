package dev.sqlguard.guard;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.LiveConnection;
import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.sqlite.core.DB;

/** A driver whose work on a private copy, from opening to closing it, is one call among others. */
class WatchedDriver implements ApplicationDriver {
  private final ApplicationDriver driver;
  private final WatchedSyscalls calls;

  /** The application's. */
  WatchedDriver(WatchedSyscalls calls) {
    this(calls, new JdbcDriver(DB.class, () -> true));
  }

  WatchedDriver(WatchedSyscalls calls, ApplicationDriver driver) {
    this.calls = calls;
    this.driver = driver;
  }

  @Override
  public Connection open(Path file) throws SQLException {
    calls.beforeSqlite(file);
    Connection connection = driver.open(file);
    return proxy(
        Connection.class,
        (proxy, method, arguments) -> {
          boolean closing = method.getName().equals("close") && !connection.isClosed();
          try {
            Object result = method.invoke(connection, arguments);
            Class<?> type = method.getReturnType();
            return Statement.class.isAssignableFrom(type) ? watched(type, result, file) : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          } finally {
            if (closing) {
              calls.afterSqlite(file);
            }
          }
        });
  }

  private <T> T watched(Class<T> type, Object statement, Path file) {
    return proxy(
        type,
        (proxy, method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            calls.withinSqlite(file);
          }
          try {
            return method.invoke(statement, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    ClassLoader loader = WatchedDriver.class.getClassLoader();
    return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, handler));
  }

  @Override
  public String name() {
    return driver.name();
  }

  @Override
  public Optional<String> version() {
    return driver.version();
  }

  /** Of what it does, the copy is the one thing that changes a file. */
  @Override
  public LiveConnection openLive(Path file) throws SQLException {
    LiveConnection live = driver.openLive(file);
    return new LiveConnection() {
      @Override
      public void execute(String sql) throws SQLException {
        live.execute(sql);
      }

      @Override
      public Optional<long[]> firstRow(String sql, int columns) throws SQLException {
        return live.firstRow(sql, columns);
      }

      @Override
      public void copyTo(Path copy) throws SQLException {
        calls.beforeSqlite(copy);
        try {
          live.copyTo(copy);
        } finally {
          calls.afterSqlite(copy);
        }
      }

      @Override
      public void close() throws SQLException {
        live.close();
      }
    };
  }

  @Override
  public boolean mayOpenLiveFiles() {
    return driver.mayOpenLiveFiles();
  }

  @Override
  public boolean isKeyed() {
    return false;
  }

  @Override
  public boolean opensLike(ApplicationDriver other) {
    return other instanceof WatchedDriver;
  }

  @Override
  public Object loadedCopy() {
    return driver.loadedCopy();
  }
}
