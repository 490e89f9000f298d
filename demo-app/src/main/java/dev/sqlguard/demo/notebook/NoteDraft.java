package dev.sqlguard.demo.notebook;

import java.util.List;

/** What somebody writes down: a note that has no identity yet. */
public record NoteDraft(String notebook, String title, String body, List<String> tags) {

  public NoteDraft {
    notebook = named("notebook", notebook);
    title = named("title", title);
    body = body == null ? "" : body;
    tags =
        tags == null ? List.of() : tags.stream().map(tag -> named("tag", tag)).distinct().toList();
  }

  private static String named(String what, String name) {
    if (name == null || name.isBlank()) {
      throw new IllegalArgumentException("a note needs a non-empty " + what);
    }
    return name.strip();
  }
}
