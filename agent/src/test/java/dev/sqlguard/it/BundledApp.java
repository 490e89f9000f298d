package dev.sqlguard.it;

import androidx.sqlite.SQLiteConnection;
import androidx.sqlite.SQLiteStatement;
import androidx.sqlite.driver.bundled.BundledSQLiteDriver;

/** A program with androidx's bundled driver, as Room's on the desktop. */
final class BundledApp extends DriverScript {
  private static final int READ_ONLY = 0x1;
  private static final int READ_WRITE = 0x2;

  private final BundledSQLiteDriver driver = new BundledSQLiteDriver();

  private BundledApp() {}

  public static void main(String[] arguments) throws Exception {
    new BundledApp().play();
  }

  @Override
  Database open(String how, String file) {
    SQLiteConnection connection =
        switch (how) {
          case "readonly" -> driver.open(file, READ_ONLY);
          case "readwrite" -> driver.open(file, READ_WRITE);
          default -> driver.open(file);
        };
    return new Database() {
      @Override
      public String run(String sql) {
        SQLiteStatement statement = connection.prepare(sql);
        try {
          StringBuilder rows = new StringBuilder();
          while (statement.step()) {
            rows.append(',').append(statement.getText(0));
          }
          return joined(rows);
        } finally {
          statement.close();
        }
      }

      @Override
      public void close() {
        connection.close();
      }
    };
  }
}
