package dev.sqlguard.driver;

import dev.sqlguard.backup.LiveConnection;
import dev.sqlguard.verify.SqliteEngine;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code androidx.sqlite}'s bundled driver, which Room uses on the desktop. */
final class BundledDriver extends NativeDriver {
  BundledDriver(
      Class<?> opener, BooleanSupplier soleSqlite, Supplier<Optional<SqliteEngine>> newestSqlite) {
    super(opener, soleSqlite, newestSqlite);
  }

  /** Without the extensions of the application's own driver object. */
  @Override
  public LiveConnection openLive(Path file) throws SQLException {
    return open(file.toString());
  }

  @Override
  String askVersion() throws SQLException {
    try (Live memory = open(":memory:")) {
      return memory.firstText("SELECT sqlite_version()");
    }
  }

  private Live open(String file) throws SQLException {
    Class<?> opener = opener();
    try {
      Object driver = opener.getConstructor().newInstance();
      return new Live(
          opener.getMethod("open", String.class, int.class).invoke(driver, file, READ_WRITE));
    } catch (ReflectiveOperationException e) {
      throw translated(e);
    }
  }

  /** Its messages begin like this: {@code Error code: 5, message: database is locked}. */
  private static SQLException translated(ReflectiveOperationException e) {
    Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
    Matcher code = Pattern.compile("Error code: (\\d{1,9})\\b").matcher(cause.toString());
    return new SQLException(
        cause.getMessage(), null, code.find() ? Integer.parseInt(code.group(1)) : 0, cause);
  }

  private static final class Live implements LiveConnection {
    private final Object connection;

    Live(Object connection) {
      this.connection = connection;
    }

    @Override
    public void execute(String sql) throws SQLException {
      firstRow(sql, 0);
    }

    @Override
    public Optional<long[]> firstRow(String sql, int columns) throws SQLException {
      try {
        Object statement = call(connection, "prepare", String.class, sql);
        try {
          if (!(Boolean) call(statement, "step")) {
            return Optional.empty();
          }
          long[] numbers = new long[columns];
          for (int i = 0; i < columns; i++) {
            numbers[i] = (Long) call(statement, "getLong", int.class, i);
          }
          return Optional.of(numbers);
        } finally {
          call(statement, "close");
        }
      } catch (ReflectiveOperationException e) {
        throw translated(e);
      }
    }

    String firstText(String sql) throws SQLException {
      try {
        Object statement = call(connection, "prepare", String.class, sql);
        try {
          call(statement, "step");
          return (String) call(statement, "getText", int.class, 0);
        } finally {
          call(statement, "close");
        }
      } catch (ReflectiveOperationException e) {
        throw translated(e);
      }
    }

    @Override
    public void copyTo(Path copy) throws SQLException {
      throw new SQLFeatureNotSupportedException("androidx.sqlite offers no backup");
    }

    @Override
    public void close() throws SQLException {
      try {
        call(connection, "close");
      } catch (ReflectiveOperationException e) {
        throw translated(e);
      }
    }

    private static Object call(Object on, String method) throws ReflectiveOperationException {
      return on.getClass().getMethod(method).invoke(on);
    }

    private static Object call(Object on, String method, Class<?> type, Object argument)
        throws ReflectiveOperationException {
      return on.getClass().getMethod(method, type).invoke(on, argument);
    }
  }
}
