package dev.sqlguard.demo.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotesTest {

  @TempDir private Path directory;

  private Database database;
  private Notes notes;

  @BeforeEach
  void open() throws SQLException {
    database = Database.open(directory.resolve("notebook.db"));
    notes = new Notes(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aNoteIsFoundAsItWasCreated() throws SQLException {
    Note created = notes.create(new NoteDraft("work", "Plan", "Ship it", List.of("todo", "big")));

    assertEquals(created, notes.find(created.id()).orElseThrow());
    assertEquals(List.of("big", "todo"), created.tags());
  }

  @Test
  void notebooksAndTagsAreSharedBetweenNotes() throws SQLException {
    notes.create(new NoteDraft("work", "One", "", List.of("todo")));
    notes.create(new NoteDraft("work", "Two", "", List.of("todo", "todo", "big")));

    assertEquals(
        Map.of("notebook", 1L, "note", 2L, "tag", 2L, "note_tag", 3L, "revision", 0L),
        new Overview(database).rowCounts());
    assertEquals(List.of(new NotebookSummary(1, "work", 2)), new Overview(database).notebooks());
  }

  @Test
  void searchCombinesItsCriteria() throws SQLException {
    notes.create(new NoteDraft("work", "Plan", "ship", List.of("todo")));
    notes.create(new NoteDraft("work", "Party", "SHIP shape", List.of()));
    notes.create(new NoteDraft("home", "Shopping", "ship ahoy", List.of("todo")));

    assertEquals(List.of("Plan", "Party"), titles(new NoteQuery("work", null, "ship", 0, 10)));
    assertEquals(List.of("Plan", "Shopping"), titles(new NoteQuery(null, "todo", null, 0, 10)));
    assertEquals(List.of("Plan"), titles(new NoteQuery("work", "todo", "SHIP", 0, 10)));
    assertEquals(List.of(), titles(new NoteQuery(null, null, "%", 0, 10)));
  }

  @Test
  void notesCanBePagedThrough() throws SQLException {
    for (String title : List.of("a", "b", "c")) {
      notes.create(new NoteDraft("work", title, "", List.of()));
    }

    assertEquals(List.of("a", "b"), titles(new NoteQuery(null, null, null, 0, 2)));
    assertEquals(List.of("c"), titles(new NoteQuery(null, null, null, 2, 2)));
  }

  @Test
  void everyChangeLeavesARevision() throws SQLException {
    long id = notes.create(new NoteDraft("work", "Plan", "first", List.of())).id();
    notes.revise(id, new NoteText("Plan", "second"));
    notes.revise(id, new NoteText("Final plan", "third"));

    assertEquals("Final plan", notes.find(id).orElseThrow().title());
    assertEquals(
        List.of("1 first", "2 second"),
        notes.revisions(id).stream().map(old -> old.number() + " " + old.body()).toList());
  }

  @Test
  void aMissingNoteIsNeitherFoundNorRevised() throws SQLException {
    assertTrue(notes.find(7).isEmpty());
    assertTrue(notes.revise(7, new NoteText("Plan", "")).isEmpty());
    assertEquals(List.of(), notes.revisions(7));
  }

  @Test
  void aFailedTransactionLeavesNothingBehind() throws SQLException {
    assertThrows(
        SQLException.class,
        () ->
            database.inTransaction(
                connection -> {
                  connection.createStatement().execute("INSERT INTO tag (name) VALUES ('x')");
                  return connection.createStatement().execute("INSERT INTO nowhere VALUES (1)");
                }));

    assertEquals(0, new Overview(database).rowCounts().get("tag"));
  }

  @Test
  void aSecondStartFindsTheNotesOfTheFirst() throws SQLException {
    Note created = notes.create(new NoteDraft("work", "Plan", "", List.of()));
    database.close();

    open();

    assertEquals(created, notes.find(created.id()).orElseThrow());
  }

  @Test
  void aNoteNeedsNotebookAndTitle() {
    assertThrows(IllegalArgumentException.class, () -> new NoteDraft(" ", "Plan", "", List.of()));
    assertThrows(IllegalArgumentException.class, () -> new NoteDraft("work", null, "", List.of()));
  }

  private List<String> titles(NoteQuery query) throws SQLException {
    return notes.search(query).stream().map(Note::title).toList();
  }
}
