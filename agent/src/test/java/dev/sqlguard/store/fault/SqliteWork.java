package dev.sqlguard.store.fault;

import dev.sqlguard.store.fault.Call.Kind;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** SQLite's work on one private copy, from before its opening to after its closing: one call. */
public final class SqliteWork {
  private final int number;
  private final long began = System.nanoTime();
  private boolean ended;

  /** Called before the copy is opened. */
  public SqliteWork(Path copy) throws SQLException {
    synchronized (Steering.PROCESS) {
      Call call = Call.of(Kind.SQLITE, copy);
      Failure failure = Steering.PROCESS.begin(call);
      if (failure != null) {
        throw (SQLException) failure.of(call).getCause();
      }
      number = Steering.PROCESS.number();
    }
  }

  /** The connection, whose closing ends the work. */
  public Connection of(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            SqliteWork.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                if (method.getName().equals("close")) {
                  end();
                }
              }
            });
  }

  private void end() {
    if (!ended) {
      ended = true;
      Steering.PROCESS.end(number, System.nanoTime() - began);
    }
  }
}
