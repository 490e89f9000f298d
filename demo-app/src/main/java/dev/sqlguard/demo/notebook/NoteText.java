package dev.sqlguard.demo.notebook;

/** The new title and body of an existing note. */
public record NoteText(String title, String body) {

  public NoteText {
    if (title == null || title.isBlank()) {
      throw new IllegalArgumentException("a note needs a non-empty title");
    }
    title = title.strip();
    body = body == null ? "" : body;
  }
}
