package dev.sqlguard.verify;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One finding of {@code PRAGMA integrity_check}, understood. The wording differs between versions
 * of SQLite; what isn't recognised counts as the worst.
 *
 * @param text as SQLite says it; a name in it may hold anything, line breaks too
 * @param index for {@link Kind#INDEX_CONTENT} of an ordinary index its name, for {@link
 *     Kind#TEXT_INDEX} of FTS3 and FTS4 the table's, else empty
 * @param tree the root page of the b-tree it speaks of, or 0 where it doesn't say
 * @param page the page it speaks of, or 0
 */
public record Finding(Kind kind, String text, String index, long tree, long page) {

  /** Ordered from harmless to worst. */
  public enum Kind {
    /** A CHECK, NOT NULL or type constraint is broken, and the like: data, not damage. */
    CONSTRAINT,
    /** Pages that nothing uses, a wrong freelist: no row is touched. */
    FREE_SPACE,
    /** An index and its table disagree. */
    INDEX_CONTENT,
    /** The inverted index of a full-text table and its content, a table of its own, disagree. */
    TEXT_INDEX,
    /** The check itself ended with SQLITE_CORRUPT. */
    ABORTED,
    /** A b-tree, a page, a record is broken. */
    STRUCTURE
  }

  private static final List<Pattern> CONSTRAINTS =
      List.of(
          pattern("CHECK constraint failed in .*"),
          pattern("NULL value in .*"),
          pattern("(TEXT|NUMERIC|INT|INTEGER|REAL|BLOB) value in .*"),
          pattern("non-\\w+ value in .*"),
          // Not corrupt, but out of reach: a tokenizer that only the application knows.
          pattern("unable to validate the inverted index for .*"));
  private static final List<Pattern> FREE_SPACES =
      List.of(
          pattern("(Main )?[Ff]reelist: .*"),
          pattern("Page \\d+(:| is) never used"),
          pattern(".*(ptr ?map|[Pp]ointer map).*"),
          pattern("max rootpage \\(\\d+\\) disagrees with header.*"),
          pattern("incremental_vacuum enabled with a max rootpage of zero"));
  private static final Pattern INDEX =
      pattern(
          "(?:row(?:id)? -?\\d+ missing from|wrong # of entries in|non-unique entry in"
              + "|row -?\\d+ values differ from"
              + "|rowid not at end-of-record for row -?\\d+ of) index (.*)");

  /** The inverted index of a full-text table; its content stands in a table of its own. */
  private static final Pattern TEXT_INDEX =
      pattern("fts5: .*|malformed inverted index for (?:FTS\\d table main\\.(.*)|.*)");

  private static final Pattern TREE = Pattern.compile("^Tree (\\d+)[ :]");
  private static final Pattern PAGE = Pattern.compile("\\b[Pp]age (\\d+)");

  /** About pages and cells. No name of the application's occurs in it. */
  public static Finding ofPages(String line) {
    if (matchesAny(FREE_SPACES, line)) {
      return new Finding(Kind.FREE_SPACE, line, "", 0, 0);
    }
    return new Finding(Kind.STRUCTURE, line, "", number(TREE, line), number(PAGE, line));
  }

  /** About the rows of a table. Its name, or an index's, may look like any other finding. */
  public static Finding ofRows(String text) {
    Matcher index = INDEX.matcher(text);
    if (index.matches()) {
      return new Finding(Kind.INDEX_CONTENT, text, index.group(1), 0, 0);
    }
    if (matchesAny(CONSTRAINTS, text)) {
      return new Finding(Kind.CONSTRAINT, text, "", 0, 0);
    }
    Matcher textIndex = TEXT_INDEX.matcher(text);
    if (textIndex.matches()) {
      String table = textIndex.group(1);
      return new Finding(Kind.TEXT_INDEX, text, table == null ? "" : table, 0, 0);
    }
    return new Finding(Kind.STRUCTURE, text, "", 0, 0);
  }

  /** Of an SQLITE_CORRUPT that ended the check. */
  static Finding aborted(String message) {
    return new Finding(Kind.ABORTED, message, "", 0, 0);
  }

  /** Of a file that SQLite calls "not a database", and whose pages prove that it was one. */
  public static Finding headerDestroyed() {
    String text = "file is not a database, but its pages are b-tree pages: its header is destroyed";
    return new Finding(Kind.STRUCTURE, text, "", 0, 0);
  }

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.DOTALL);
  }

  private static long number(Pattern pattern, String line) {
    Matcher found = pattern.matcher(line);
    return found.find() && found.group(1).length() <= 10 ? Long.parseLong(found.group(1)) : 0;
  }

  private static boolean matchesAny(List<Pattern> patterns, String line) {
    for (Pattern pattern : patterns) {
      if (pattern.matcher(line).matches()) {
        return true;
      }
    }
    return false;
  }
}
