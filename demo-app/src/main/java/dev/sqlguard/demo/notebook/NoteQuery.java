package dev.sqlguard.demo.notebook;

/**
 * Which notes to list, in the order of their ids.
 *
 * @param notebook the name of the only notebook to look into, or null for all of them
 * @param tag the name of a tag the notes must have, or null
 * @param text what title or body must contain, or null
 * @param after only notes with a greater id, so that a caller can page through them
 * @param limit at most that many notes
 */
public record NoteQuery(String notebook, String tag, String text, long after, long limit) {

  public static final int DEFAULT_LIMIT = 100;
  public static final int GREATEST_LIMIT = 1000;

  public NoteQuery {
    if (limit < 1 || limit > GREATEST_LIMIT) {
      throw new IllegalArgumentException("limit must be between 1 and " + GREATEST_LIMIT);
    }
  }
}
