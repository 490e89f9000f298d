package dev.sqlguard.demo.notebook;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The tables and indexes of the notebook. */
final class Schema {

  static final List<String> TABLES = List.of("notebook", "note", "tag", "note_tag", "revision");

  private static final List<String> DEFINITIONS =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS notebook (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
          )
          """,
          """
          CREATE TABLE IF NOT EXISTS note (
            id INTEGER PRIMARY KEY,
            notebook_id INTEGER NOT NULL REFERENCES notebook (id),
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
          )
          """,
          """
          CREATE TABLE IF NOT EXISTS tag (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
          )
          """,
          """
          CREATE TABLE IF NOT EXISTS note_tag (
            note_id INTEGER NOT NULL REFERENCES note (id) ON DELETE CASCADE,
            tag_id INTEGER NOT NULL REFERENCES tag (id),
            PRIMARY KEY (note_id, tag_id)
          ) WITHOUT ROWID
          """,
          """
          CREATE TABLE IF NOT EXISTS revision (
            id INTEGER PRIMARY KEY,
            note_id INTEGER NOT NULL REFERENCES note (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            replaced_at TEXT NOT NULL,
            UNIQUE (note_id, number)
          )
          """,
          "CREATE INDEX IF NOT EXISTS note_by_notebook ON note (notebook_id)",
          "CREATE INDEX IF NOT EXISTS note_by_title ON note (title)",
          "CREATE INDEX IF NOT EXISTS note_tag_by_tag ON note_tag (tag_id)");

  private Schema() {}

  /** Creates what is missing; an existing schema is left as it is. */
  static void createIn(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String definition : DEFINITIONS) {
        statement.execute(definition);
      }
    }
  }
}
