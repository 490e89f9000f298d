package dev.sqlguard.demo.notebook;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is in the database as a whole. */
public final class Overview {

  private final Database database;

  public Overview(Database database) {
    this.database = database;
  }

  /** The number of rows of every table. */
  public Map<String, Long> rowCounts() throws SQLException {
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement()) {
      Map<String, Long> counts = new LinkedHashMap<>();
      for (String table : Schema.TABLES) {
        try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
          rows.next();
          counts.put(table, rows.getLong(1));
        }
      }
      return counts;
    }
  }

  /** Every notebook in the order of the names. */
  public List<NotebookSummary> notebooks() throws SQLException {
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT notebook.id, name, count(note.id) AS notes
                FROM notebook LEFT JOIN note ON note.notebook_id = notebook.id
                GROUP BY notebook.id ORDER BY name
                """)) {
      List<NotebookSummary> notebooks = new ArrayList<>();
      while (rows.next()) {
        notebooks.add(
            new NotebookSummary(rows.getLong("id"), rows.getString("name"), rows.getLong("notes")));
      }
      return notebooks;
    }
  }
}
