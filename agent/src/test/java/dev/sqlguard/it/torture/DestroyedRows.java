package dev.sqlguard.it.torture;

import dev.sqlguard.it.Databases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the files beside damaged originals say of rows that are gone. */
final class DestroyedRows {
  private static final String RANGES =
      "SELECT coalesce(json_extract(r.value, '$.after'), '-1') + 0,"
          + " coalesce(json_extract(r.value, '$.upTo'), '9223372036854775807') + 0"
          + " FROM json_each(?1, '$.salvage.tables') t, json_each(t.value, '$.destroyed') r"
          + " WHERE json_extract(t.value, '$.name') = 't'";

  private final Path db;

  DestroyedRows(Path db) {
    this.db = db;
  }

  /** The reports there are, by their text: newer evidence moves them up. */
  Set<String> reports() throws IOException {
    Set<String> texts = new HashSet<>();
    for (Path file : files(".report.json")) {
      texts.add(Files.readString(file));
    }
    return texts;
  }

  /** Those of the rows that lie in a range of keys that a report calls destroyed. */
  static Set<Long> named(Set<Long> rows, Set<String> reports) throws SQLException {
    Set<Long> named = new HashSet<>();
    try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:");
        PreparedStatement query = memory.prepareStatement(RANGES)) {
      for (String report : reports) {
        query.setString(1, report);
        try (ResultSet ranges = query.executeQuery()) {
          while (ranges.next()) {
            for (long row : rows) {
              if (ranges.getLong(1) < row && row <= ranges.getLong(2)) {
                named.add(row);
              }
            }
          }
        }
      }
    }
    return named;
  }

  /** Numbers of rows that are in quarantine, whole or in part. */
  Set<Long> quarantined() throws Exception {
    Set<Long> numbers = new HashSet<>();
    for (Path file : files(".quarantine.db")) {
      try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = db.createStatement()) {
        for (String table : tables(statement)) {
          try (ResultSet rows = statement.executeQuery("SELECT id FROM \"" + table + "\"")) {
            while (rows.next()) {
              numbers.add(rows.getLong(1));
            }
          }
        }
      }
    }
    return numbers;
  }

  private static List<String> tables(Statement statement) throws SQLException {
    List<String> tables = new ArrayList<>();
    String query =
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND name LIKE 'lost_and_found%'"
            + " AND EXISTS (SELECT 1 FROM pragma_table_info(pragma_table_list.name) WHERE name = 'id')";
    try (ResultSet names = statement.executeQuery(query)) {
      while (names.next()) {
        tables.add(names.getString(1));
      }
    }
    return tables;
  }

  private List<Path> files(String end) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : Databases.filesOf(db)) {
      if (name.endsWith(end)) {
        files.add(db.resolveSibling(name));
      }
    }
    return files;
  }
}
