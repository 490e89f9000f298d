package dev.sqlguard.salvage.bench;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Compares recovered databases with their original, row by row. The recovered database is read
 * through SQLite, as its application would.
 */
public final class Scorer {
  private final Original original;
  private final String deletedMarker;
  private StoredForms storedForms;

  /**
   * @param deletedMarker what texts of rows that the original had deleted start with
   */
  public Scorer(Original original, String deletedMarker) {
    this.original = original;
    this.deletedMarker = deletedMarker;
  }

  /** A file that is missing or unreadable has everything lost. */
  public Score score(Path recovered) throws SQLException {
    CompletableFuture<List<String>> integrity =
        CompletableFuture.supplyAsync(() -> integrity(recovered));
    List<String> problems = new ArrayList<>();
    Score score;
    try (Connection db = openIfPossible(recovered, problems)) {
      score = compare(db, problems);
    }
    problems.addAll(0, integrity.join());
    return score;
  }

  private static Connection openIfPossible(Path recovered, List<String> problems) {
    try {
      return RowCursor.open(recovered);
    } catch (SQLException e) {
      problems.add(e.getMessage());
      return null;
    }
  }

  /**
   * @param db null where the recovered file can't be opened at all
   */
  private Score compare(Connection db, List<String> problems) throws SQLException {
    Map<String, String> schema = new HashMap<>();
    Map<String, String> pragmas = new HashMap<>();
    if (db != null) {
      try {
        schema.putAll(Original.schema(db));
        pragmas.putAll(Original.pragmas(db));
      } catch (SQLException e) {
        problems.add(e.getMessage());
      }
    }
    Charset charset =
        pragmas.containsKey("encoding") ? Original.charset(pragmas) : original.charset();
    TextForm texts = new TextForm(charset, original.charset());
    List<String> quarantines =
        schema.keySet().stream()
            .filter(o -> o.startsWith("table lost_and_found"))
            .filter(o -> !original.schema().containsKey(o))
            .sorted()
            .toList();
    Map<String, Comparison> comparisons = new TreeMap<>();
    for (Map.Entry<String, Original.Rows> table : original.tables().entrySet()) {
      Comparison comparison = new Comparison(table.getValue());
      if (schema.containsKey("table " + table.getKey())) {
        comparison.read(db, texts);
      }
      comparison.settle();
      comparisons.put(table.getKey(), comparison);
    }
    Score.Quarantine quarantine = quarantine(db, quarantines, comparisons, texts, problems);
    Map<String, Score.TableScore> tables = new TreeMap<>();
    comparisons.forEach((name, comparison) -> tables.put(name, comparison.score()));
    return new Score(
        tables,
        quarantine,
        compareSchema(schema, quarantines),
        differing(original.pragmas(), pragmas),
        problems,
        compareSearches(db));
  }

  private static List<String> integrity(Path recovered) {
    try (Connection db = RowCursor.open(recovered)) {
      return TableShape.strings(db, "PRAGMA integrity_check(5)");
    } catch (SQLException e) {
      return List.of(e.getMessage());
    }
  }

  private Score.SchemaScore compareSchema(Map<String, String> schema, List<String> quarantines) {
    List<String> missing = new ArrayList<>();
    List<String> differing = new ArrayList<>();
    original
        .schema()
        .forEach(
            (object, sql) -> {
              if (!schema.containsKey(object)) {
                missing.add(object);
              } else if (!Objects.equals(sql, schema.get(object))) {
                differing.add(object);
              }
            });
    List<String> extra =
        schema.keySet().stream()
            .filter(o -> !original.schema().containsKey(o) && !quarantines.contains(o))
            .sorted()
            .toList();
    int objects = original.schema().size();
    return new Score.SchemaScore(
        objects, objects - missing.size() - differing.size(), missing, differing, extra);
  }

  private Map<String, String> compareSearches(Connection db) {
    Map<String, String> found = new TreeMap<>();
    Map<String, String> expected = new TreeMap<>();
    for (Map.Entry<String, Long> search : original.searches().entrySet()) {
      expected.put(search.getKey(), search.getValue().toString());
      try {
        if (db != null) {
          found.put(search.getKey(), "" + original.search(db, search.getKey()));
        }
      } catch (SQLException e) {
        found.put(search.getKey(), e.getMessage());
      }
    }
    return differing(expected, found);
  }

  private static Map<String, String> differing(
      Map<String, String> expected, Map<String, String> found) {
    Map<String, String> differing = new TreeMap<>();
    expected.forEach(
        (name, value) -> {
          if (!value.equals(found.get(name))) {
            differing.put(name, value + " -> " + found.get(name));
          }
        });
    return differing;
  }

  private Score.Quarantine quarantine(
      Connection db,
      List<String> tables,
      Map<String, Comparison> comparisons,
      TextForm texts,
      List<String> problems)
      throws SQLException {
    if (tables.isEmpty()) {
      return new Score.Quarantine(0, 0, 0, 0, 0);
    }
    if (storedForms == null) {
      storedForms = new StoredForms(original);
    }
    QuarantineCount count = new QuarantineCount(comparisons, texts);
    for (String table : tables) {
      try {
        count.add(db, table.substring("table ".length()));
      } catch (SQLException e) {
        problems.add(table + ": " + e.getMessage());
      }
    }
    return count.result();
  }

  /** One table of the original against its namesake. */
  private static final class Comparison {
    private final Original.Rows rows;
    private final BitSet found = new BitSet();
    private final BitSet foundElsewhere = new BitSet();
    private final BitSet inQuarantine = new BitSet();
    private final LongList extraValues = new LongList();
    private final LongList extraKeys = new LongList();
    private long rowidChanged;
    private long altered;
    private long foreign;
    private String error;

    Comparison(Original.Rows rows) {
      this.rows = rows;
    }

    void read(Connection db, TextForm texts) {
      try (RowCursor cursor = new RowCursor(db, rows.shape().select())) {
        while (cursor.next()) {
          Original.RowDigests row = Original.RowDigests.of(cursor, rows.shape(), texts);
          if (!match(row.row())) {
            extraValues.add(row.values());
            extraKeys.add(row.key());
          }
        }
      } catch (SQLException e) {
        error = e.getMessage();
      }
    }

    private boolean match(long digest) {
      DigestTable table = rows.byDigest();
      int slot = table.find(digest);
      while (slot >= 0 && found.get(table.row(slot))) {
        slot = table.find(digest, table.after(slot));
      }
      if (slot >= 0) {
        found.set(table.row(slot));
      }
      return slot >= 0;
    }

    /** Pairs what is left on both sides: by values where the rowid means nothing, then by key. */
    void settle() {
      boolean rowidMeansNothing = rows.shape().rowid() != null && rows.shape().alias() < 0;
      Map<Long, Integer> unpaired = new HashMap<>();
      if (rowidMeansNothing) {
        for (int i = 0; i < extraValues.size(); i++) {
          unpaired.merge(extraValues.get(i), 1, Integer::sum);
        }
      }
      Map<Long, Integer> paired = new HashMap<>();
      Map<Long, Boolean> lostKeys = new HashMap<>();
      boolean keysMatter = extraKeys.size() > 0;
      for (int row = found.nextClearBit(0); row < rows.size(); row = found.nextClearBit(row + 1)) {
        long values = rows.values().get(row);
        if (take(unpaired, values)) {
          rowidChanged++;
          foundElsewhere.set(row);
          paired.merge(values, 1, Integer::sum);
        } else if (keysMatter) {
          lostKeys.put(rows.keys().get(row), true);
        }
      }
      for (int i = 0; i < extraKeys.size(); i++) {
        if (!take(paired, extraValues.get(i))) {
          if (lostKeys.remove(extraKeys.get(i)) != null) {
            altered++;
          } else {
            foreign++;
          }
        }
      }
    }

    private static boolean take(Map<Long, Integer> counts, long value) {
      Integer count = counts.get(value);
      if (count == null || count == 0) {
        return false;
      }
      counts.put(value, count - 1);
      return true;
    }

    boolean isLost(int row) {
      return !found.get(row) && !foundElsewhere.get(row);
    }

    Score.TableScore score() {
      long kept = found.cardinality();
      return new Score.TableScore(
          rows.size(),
          kept,
          rowidChanged,
          rows.size() - kept - rowidChanged,
          altered,
          foreign,
          inQuarantine.cardinality(),
          error);
    }
  }

  /** Reads tables laid out {@code rootpgno, pgno, nfield, id, c0, …}. */
  private final class QuarantineCount {
    private static final int FIELD_COUNT = 2;
    private static final int ID = 3;
    private static final int FIRST_FIELD = 4;

    private final Map<Original.Rows, Comparison> comparisons = new HashMap<>();
    private final TextForm texts;
    private final byte[] marker;
    private long rows;
    private long matchingLost;
    private long matchingKept;
    private long markedDeleted;

    QuarantineCount(Map<String, Comparison> comparisons, TextForm texts) {
      comparisons.values().forEach(c -> this.comparisons.put(c.rows, c));
      this.texts = texts;
      this.marker = texts.bytes(deletedMarker);
    }

    void add(Connection db, String table) throws SQLException {
      try (RowCursor row = new RowCursor(db, "SELECT * FROM " + TableShape.quoted(table))) {
        while (row.next()) {
          add(row);
        }
      }
    }

    private void add(RowCursor row) throws SQLException {
      rows++;
      int count =
          (int) Math.max(0, Math.min(row.integer(FIELD_COUNT), row.columns() - FIRST_FIELD));
      long fields = 0;
      for (int i = 0; i < count; i++) {
        fields = Digest.append(fields, Digest.ofRecordValue(row, FIRST_FIELD + i, texts));
      }
      long form = StoredForms.form(Digest.of(row, ID, texts), fields, count);
      StoredForms.Place lost = null;
      boolean kept = false;
      DigestTable numbers = storedForms.numbers();
      int slot = numbers.find(form);
      while (slot >= 0) {
        StoredForms.Place place = storedForms.place(numbers.row(slot));
        if (comparisons.get(place.table()).isLost(place.row())) {
          lost = place;
        } else {
          kept = true;
        }
        slot = numbers.find(form, numbers.after(slot));
      }
      if (lost != null) {
        matchingLost++;
        comparisons.get(lost.table()).inQuarantine.set(lost.row());
      } else if (kept) {
        matchingKept++;
      } else if (hasMarker(row, count)) {
        markedDeleted++;
      }
    }

    private boolean hasMarker(RowCursor row, int count) throws SQLException {
      for (int i = FIRST_FIELD; i < FIRST_FIELD + count; i++) {
        if (row.type(i) == RowCursor.TEXT) {
          byte[] text = texts.apply(row.bytes(i));
          if (text.length >= marker.length
              && Arrays.equals(text, 0, marker.length, marker, 0, marker.length)) {
            return true;
          }
        }
      }
      return false;
    }

    Score.Quarantine result() {
      long other = rows - matchingLost - matchingKept;
      return new Score.Quarantine(rows, matchingLost, matchingKept, other, markedDeleted);
    }
  }
}
