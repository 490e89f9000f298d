package dev.sqlguard.driver;

import dev.sqlguard.backup.LiveConnection;
import dev.sqlguard.verify.SqliteEngine;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * {@code com.almworks.sqlite4java}. Live files go through the layer below its connections, which is
 * plain SQLite in the same library: a connection would write to the application's log and take a
 * number from its own.
 */
final class Sqlite4JavaDriver extends NativeDriver {
  private static final int OK = 0;
  private static final int ROW = 100;
  private static final int DONE = 101;

  /** SQLITE_OPEN_CREATE. */
  private static final int CREATE = 0x4;

  private static final int ALL_PAGES = -1;

  Sqlite4JavaDriver(
      Class<?> opener, BooleanSupplier soleSqlite, Supplier<Optional<SqliteEngine>> newestSqlite) {
    super(opener, soleSqlite, newestSqlite);
  }

  @Override
  public LiveConnection openLive(Path file) throws SQLException {
    Library library = new Library(opener());
    return new Live(library, library.open(file, READ_WRITE));
  }

  @Override
  String askVersion() throws ReflectiveOperationException, SQLException {
    Class<?> opener = opener();
    Class<?> library =
        Class.forName(opener.getPackageName() + ".SQLite", true, opener.getClassLoader());
    return (String) library.getMethod("getSQLiteVersion").invoke(null);
  }

  /** SQLite's C functions as the driver wraps them; the names are theirs. */
  private static final class Library {
    private final Class<?> manual;
    private final Class<?> swigged;

    Library(Class<?> opener) throws SQLException {
      try {
        ClassLoader loader = opener.getClassLoader();
        String beside = opener.getPackageName();
        // The application's open, before which this may run, would load it next.
        Class.forName(beside + ".SQLite", true, loader).getMethod("loadLibrary").invoke(null);
        this.manual = Class.forName(beside + "._SQLiteManual", true, loader);
        this.swigged = Class.forName(beside + "._SQLiteSwigged", true, loader);
      } catch (InvocationTargetException e) {
        throw new SQLException(e.getCause().toString(), e);
      } catch (ReflectiveOperationException e) {
        throw new SQLException("an unknown version of its driver", e);
      }
    }

    /** The handle of a connection. */
    Object open(Path file, int flags) throws SQLException {
      Object caller = caller();
      Object db = call(manual, caller, "sqlite3_open_v2", file.toString(), flags);
      int code = (Integer) call(manual, caller, "getLastReturnCode");
      if (code != OK) {
        String message = (String) call(manual, caller, "drainLastOpenError");
        if (db != null) {
          plain("sqlite3_close", db);
        }
        throw new SQLException("[" + code + "] " + message, null, code);
      }
      return db;
    }

    /** The handle of a statement. */
    Object prepare(Object db, String sql) throws SQLException {
      Object caller = caller();
      Object statement = call(manual, caller, "sqlite3_prepare_v2", db, sql);
      check(db, (Integer) call(manual, caller, "getLastReturnCode"));
      return statement;
    }

    /** A function without results of its own beyond what it returns. */
    Object plain(String function, Object... arguments) throws SQLException {
      return call(swigged, null, function, arguments);
    }

    int code(String function, Object... arguments) throws SQLException {
      return (Integer) plain(function, arguments);
    }

    void check(Object db, int code) throws SQLException {
      if (code != OK) {
        String message = (String) plain("sqlite3_errmsg", db);
        throw new SQLException("[" + code + "] " + message, null, code);
      }
    }

    /** Holds the results of one call at a time. */
    private Object caller() throws SQLException {
      try {
        Constructor<?> constructor = manual.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new SQLException("its driver can't be called", e);
      }
    }

    private static Object call(Class<?> type, Object on, String name, Object... arguments)
        throws SQLException {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
          try {
            method.setAccessible(true);
            return method.invoke(on, arguments);
          } catch (InvocationTargetException e) {
            throw new SQLException(e.getCause().toString(), e);
          } catch (ReflectiveOperationException | RuntimeException e) {
            throw new SQLException("its driver can't be called", e);
          }
        }
      }
      throw new SQLException("its driver has no " + name);
    }
  }

  private static final class Live implements LiveConnection {
    private static final String MAIN = "main";

    private final Library library;
    private final Object db;

    Live(Library library, Object db) {
      this.library = library;
      this.db = db;
    }

    @Override
    public void execute(String sql) throws SQLException {
      firstRow(sql, 0);
    }

    @Override
    public Optional<long[]> firstRow(String sql, int columns) throws SQLException {
      Object statement = library.prepare(db, sql);
      try {
        int code = library.code("sqlite3_step", statement);
        if (code == DONE) {
          return Optional.empty();
        }
        if (code != ROW) {
          library.check(db, code);
        }
        long[] numbers = new long[columns];
        for (int i = 0; i < columns; i++) {
          numbers[i] = (Long) library.plain("sqlite3_column_int64", statement, i);
        }
        return Optional.of(numbers);
      } finally {
        library.plain("sqlite3_finalize", statement);
      }
    }

    @Override
    public void copyTo(Path copy) throws SQLException {
      Object target = library.open(copy, READ_WRITE | CREATE);
      try {
        Object backup = library.plain("sqlite3_backup_init", target, MAIN, db, MAIN);
        if (backup == null) {
          library.check(target, library.code("sqlite3_errcode", target));
          throw new SQLException("its driver makes no backup");
        }
        int step = library.code("sqlite3_backup_step", backup, ALL_PAGES);
        int end = library.code("sqlite3_backup_finish", backup);
        if (step != DONE || end != OK) {
          throw new SQLException("[" + step + "] the backup isn't complete", null, step);
        }
      } finally {
        library.plain("sqlite3_close", target);
      }
    }

    @Override
    public void close() throws SQLException {
      library.plain("sqlite3_close", db);
    }
  }
}
