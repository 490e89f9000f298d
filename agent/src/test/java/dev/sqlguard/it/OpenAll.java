package dev.sqlguard.it;

import java.sql.DriverManager;

/** Opens each of its arguments, reads its schema, and ends. Their names may hold anything. */
public final class OpenAll {
  private OpenAll() {}

  public static void main(String[] files) throws Exception {
    for (String file : files) {
      try (var db = DriverManager.getConnection("jdbc:sqlite:" + file);
          var statement = db.createStatement();
          var rows = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
        System.out.println(rows.getInt(1));
      }
    }
  }
}
