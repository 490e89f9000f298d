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
final class WatchedDriver implements ApplicationDriver {
  private final JdbcDriver driver = new JdbcDriver(DB.class, () -> true);
  private final WatchedSyscalls calls;

  WatchedDriver(WatchedSyscalls calls) {
    this.calls = calls;
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

  @Override
  public LiveConnection openLive(Path file) throws SQLException {
    return driver.openLive(file);
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
