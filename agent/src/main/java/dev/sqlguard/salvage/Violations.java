package dev.sqlguard.salvage;

import java.util.ArrayList;
import java.util.List;

/**
 * What a table holds although one of its constraints says no: data, not damage.
 *
 * @param nulls NULLs in columns that are NOT NULL
 * @param types values that their column of a STRICT table can't hold
 * @param checks rows for which a CHECK is false
 * @param more whether there may be more than were counted
 * @param unknown for people: why not every constraint could be asked; empty where all were
 */
public record Violations(long nulls, long types, long checks, boolean more, String unknown) {
  public static final Violations NONE = new Violations(0, 0, 0, false, "");

  /** Whether every constraint was asked, and nothing breaks one. */
  public boolean isNone() {
    return equals(NONE);
  }

  boolean isUncounted() {
    return nulls == 0 && types == 0 && checks == 0;
  }

  /** For people. */
  public String text() {
    List<String> parts = new ArrayList<>();
    if (checks > 0) {
      parts.add(count(checks, "row", "rows") + " against a CHECK");
    }
    if (nulls > 0) {
      parts.add(count(nulls, "NULL", "NULLs") + " against NOT NULL");
    }
    if (types > 0) {
      parts.add(count(types, "value", "values") + " of a type against STRICT");
    }
    String text = parts.isEmpty() ? "" : "keeps " + String.join(", ", parts);
    if (unknown.isEmpty()) {
      return text;
    }
    return text + (text.isEmpty() ? "" : "; ") + "its CHECKs can't be asked here: " + unknown;
  }

  private String count(long number, String one, String many) {
    return (more ? "at least " : "") + number + " " + (number == 1 ? one : many);
  }
}
