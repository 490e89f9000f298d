package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.DatabaseImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A table and its UNIQUE index agree, but on what can't be: two rows with one key. */
final class UniqueDamage {
  private static final String UNIQUE = "CREATE UNIQUE INDEX";
  private static final String PLAIN = "CREATE INDEX";

  private UniqueDamage() {}

  static boolean strike(Patient patient) throws IOException, SQLException {
    Path file = Files.createTempFile("unique", ".db");
    try {
      patient.image.write(file);
      boolean done = strike(patient, file);
      patient.image = DatabaseImage.read(file);
      return done;
    } finally {
      Files.delete(file);
    }
  }

  private static boolean strike(Patient patient, Path file) throws SQLException {
    List<String> indexes = new ArrayList<>();
    try (Connection db = open(file);
        Statement statement = db.createStatement()) {
      String query =
          "SELECT name, tbl_name FROM sqlite_schema WHERE sql GLOB '" + UNIQUE + " *' ORDER BY 1";
      try (ResultSet rows = statement.executeQuery(query)) {
        while (rows.next()) {
          indexes.add(rows.getString(1));
        }
      }
    }
    String index = patient.one(indexes);
    if (index == null) {
      return false;
    }
    rewrite(file, index, UNIQUE, PLAIN);
    boolean doubled = twice(patient, file, index);
    rewrite(file, index, PLAIN, UNIQUE);
    return doubled;
  }

  private static Connection open(Path file) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlite:" + file + "?synchronous=OFF&locking_mode=EXCLUSIVE&journal_mode=MEMORY");
  }

  private static void rewrite(Path file, String index, String from, String to) throws SQLException {
    try (Connection db = open(file);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA writable_schema=ON");
      statement.execute(
          "UPDATE sqlite_schema SET sql = replace(sql, '%s', '%s') WHERE name = '%s'"
              .formatted(from, to, index));
    }
  }

  /** Another row gets all that the index knows of one of them. */
  private static boolean twice(Patient patient, Path file, String index) throws SQLException {
    try (Connection db = open(file);
        Statement statement = db.createStatement()) {
      List<String> columns = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT i.name FROM pragma_index_info('%s') i JOIN sqlite_schema s ON s.name = '%s'"
                  .formatted(index, index))) {
        while (rows.next()) {
          columns.add(rows.getString(1));
        }
      }
      String table;
      try (ResultSet row =
          statement.executeQuery(
              "SELECT tbl_name FROM sqlite_schema WHERE name = '" + index + "'")) {
        table = row.getString(1);
      }
      boolean generated = columns.contains(null) || table.equals("nor");
      if (generated) {
        return false;
      }
      List<String> sets = new ArrayList<>();
      for (String column : columns) {
        sets.add(
            "%s = (SELECT %s FROM %s ORDER BY rowid LIMIT 1)".formatted(column, column, table));
      }
      String some =
          "rowid = (SELECT rowid FROM %s ORDER BY rowid LIMIT 1 OFFSET %d)"
              .formatted(table, patient.between(1, 30));
      return statement.executeUpdate(
              "UPDATE OR IGNORE %s SET %s WHERE %s".formatted(table, String.join(", ", sets), some))
          > 0;
    }
  }
}
