package dev.sqlguard.it;

import com.almworks.sqlite4java.SQLiteConnection;
import com.almworks.sqlite4java.SQLiteStatement;
import java.io.File;

/** A program with sqlite4java. */
final class Sqlite4JavaApp extends DriverScript {
  private Sqlite4JavaApp() {}

  public static void main(String[] arguments) throws Exception {
    new Sqlite4JavaApp().play();
  }

  @Override
  Database open(String how, String file) throws Exception {
    SQLiteConnection connection = new SQLiteConnection(new File(file));
    switch (how) {
      case "readonly" -> connection.openReadonly();
      case "readwrite" -> connection.open(false);
      default -> connection.open();
    }
    return new Database() {
      @Override
      public String run(String sql) throws Exception {
        SQLiteStatement statement = connection.prepare(sql);
        try {
          StringBuilder rows = new StringBuilder();
          while (statement.step()) {
            rows.append(',').append(statement.columnString(0));
          }
          return joined(rows);
        } finally {
          statement.dispose();
        }
      }

      @Override
      public void close() {
        connection.dispose();
      }
    };
  }
}
