package dev.sqlguard.demo.notebook;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The notes, and the former texts of those that were changed. */
public final class Notes {

  private static final String SELECT =
      """
      SELECT note.id, notebook.name AS notebook, title, body, created_at, updated_at
      FROM note JOIN notebook ON notebook.id = note.notebook_id
      """;

  private static final String MATCHING =
      SELECT
          + """
          WHERE note.id > ?1
            AND (?2 IS NULL OR notebook.name = ?2)
            AND (?3 IS NULL OR EXISTS (
              SELECT 1 FROM note_tag JOIN tag ON tag.id = note_tag.tag_id
              WHERE note_tag.note_id = note.id AND tag.name = ?3))
            AND (?4 IS NULL OR instr(lower(title || ' ' || body), lower(?4)) > 0)
          ORDER BY note.id
          LIMIT ?5
          """;

  private final Database database;

  public Notes(Database database) {
    this.database = database;
  }

  /** Stores a new note; its notebook and tags come into being with the first note that has them. */
  public Note create(NoteDraft draft) throws SQLException {
    Instant now = Instant.now();
    return database.inTransaction(
        connection -> {
          long notebook = idOf(connection, "notebook", draft.notebook());
          long id = insert(connection, notebook, draft, now);
          link(connection, id, draft.tags());
          return new Note(
              id,
              draft.notebook(),
              draft.title(),
              draft.body(),
              draft.tags().stream().sorted().toList(),
              now,
              now);
        });
  }

  public Optional<Note> find(long id) throws SQLException {
    try (Connection connection = database.connection()) {
      return find(connection, id);
    }
  }

  /** The notes that match every criterion of the query, in the order of their ids. */
  public List<Note> search(NoteQuery query) throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement statement = connection.prepareStatement(MATCHING)) {
      statement.setLong(1, query.after());
      statement.setString(2, query.notebook());
      statement.setString(3, query.tag());
      statement.setString(4, query.text());
      statement.setLong(5, query.limit());
      List<Note> notes = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          notes.add(note(connection, rows));
        }
      }
      return notes;
    }
  }

  /** Replaces title and body, keeping the former ones as a revision; empty if there is no note. */
  public Optional<Note> revise(long id, NoteText text) throws SQLException {
    Instant now = Instant.now();
    return database.inTransaction(
        connection -> {
          if (!keepRevision(connection, id, now)) {
            return Optional.empty();
          }
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE note SET title = ?, body = ?, updated_at = ? WHERE id = ?")) {
            update.setString(1, text.title());
            update.setString(2, text.body());
            update.setString(3, now.toString());
            update.setLong(4, id);
            update.executeUpdate();
          }
          return find(connection, id);
        });
  }

  /** The former texts of a note, oldest first. */
  public List<Revision> revisions(long id) throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT number, title, body, replaced_at FROM revision
                WHERE note_id = ? ORDER BY number
                """)) {
      statement.setLong(1, id);
      List<Revision> revisions = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          revisions.add(
              new Revision(
                  rows.getInt("number"),
                  rows.getString("title"),
                  rows.getString("body"),
                  Instant.parse(rows.getString("replaced_at"))));
        }
      }
      return revisions;
    }
  }

  private static Optional<Note> find(Connection connection, long id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT + "WHERE note.id = ?")) {
      statement.setLong(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(note(connection, rows)) : Optional.empty();
      }
    }
  }

  private static Note note(Connection connection, ResultSet row) throws SQLException {
    long id = row.getLong("id");
    return new Note(
        id,
        row.getString("notebook"),
        row.getString("title"),
        row.getString("body"),
        tags(connection, id),
        Instant.parse(row.getString("created_at")),
        Instant.parse(row.getString("updated_at")));
  }

  private static List<String> tags(Connection connection, long note) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT name FROM note_tag JOIN tag ON tag.id = note_tag.tag_id
            WHERE note_id = ? ORDER BY name
            """)) {
      statement.setLong(1, note);
      List<String> tags = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          tags.add(rows.getString("name"));
        }
      }
      return tags;
    }
  }

  private static long idOf(Connection connection, String table, String name) throws SQLException {
    try (PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO %s (name) VALUES (?) ON CONFLICT DO NOTHING".formatted(table));
        PreparedStatement select =
            connection.prepareStatement("SELECT id FROM %s WHERE name = ?".formatted(table))) {
      insert.setString(1, name);
      insert.executeUpdate();
      select.setString(1, name);
      return onlyNumber(select);
    }
  }

  private static long insert(Connection connection, long notebook, NoteDraft draft, Instant now)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO note (notebook_id, title, body, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?) RETURNING id
            """)) {
      insert.setLong(1, notebook);
      insert.setString(2, draft.title());
      insert.setString(3, draft.body());
      insert.setString(4, now.toString());
      insert.setString(5, now.toString());
      return onlyNumber(insert);
    }
  }

  private static void link(Connection connection, long note, List<String> tags)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO note_tag (note_id, tag_id) VALUES (?, ?)")) {
      for (String tag : tags) {
        insert.setLong(1, note);
        insert.setLong(2, idOf(connection, "tag", tag));
        insert.executeUpdate();
      }
    }
  }

  private static boolean keepRevision(Connection connection, long id, Instant now)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO revision (note_id, number, title, body, replaced_at)
            SELECT id, 1 + (SELECT count(*) FROM revision WHERE note_id = note.id), title, body, ?
            FROM note WHERE id = ?
            """)) {
      insert.setString(1, now.toString());
      insert.setLong(2, id);
      return insert.executeUpdate() == 1;
    }
  }

  private static long onlyNumber(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
