package dev.sqlguard.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Healthy databases of every kind that SQLite makes. The properties of a file take turns, each at a
 * pace of its own, and the parts of the schema are dealt out like cards: every one is used as often
 * as the others, in ever new company.
 */
final class HealthyCorpus {
  /** A database, and everything that makes it what it is. */
  record Specimen(Path file, Set<String> features) {}

  /** How the last process that wrote to a database left it. */
  private enum End {
    CLOSED,
    CLOSED_IN_WAL_MODE,
    JOURNAL_PERSISTS,
    JOURNAL_TRUNCATED,
    VACUUMED,
    BYTES_BEHIND_THE_LAST_PAGE,
    KILLED_WITH_A_LOG,
    KILLED_WITH_A_HALF_WRITTEN_LOG,
    KILLED_WITH_A_HOT_JOURNAL
  }

  private static final List<String> ENCODINGS = List.of("UTF-8", "UTF-16le", "UTF-16be");
  private static final List<String> AUTO_VACUUM = List.of("NONE", "FULL", "INCREMENTAL");
  private static final int[] RESERVED = {0, 8, 32, 0, 0};
  private static final int RESERVED_AT = 20;
  private static final int CONTENT_START_AT = 105;
  private static final int PARTS = 5;

  private final Path directory;
  private final Random random;
  private final List<HealthyParts.Part> deck = new ArrayList<>();

  private HealthyCorpus(Path directory, long seed) {
    this.directory = directory;
    this.random = new Random(seed);
  }

  static List<Specimen> make(Path directory, int count, long seed) throws Exception {
    HealthyCorpus corpus = new HealthyCorpus(directory, seed);
    List<Specimen> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made.add(corpus.specimen(i));
    }
    return made;
  }

  private Specimen specimen(int number) throws Exception {
    int pageSize = 512 << number % 8;
    String encoding = ENCODINGS.get(number / 2 % 3);
    String vacuum = AUTO_VACUUM.get(number / 3 % 3);
    int reserved = RESERVED[number / 5 % RESERVED.length];
    End end = End.values()[number / 7 % End.values().length];
    Set<String> features = new LinkedHashSet<>();
    features.add("pages of " + pageSize);
    features.add(encoding);
    features.add("auto-vacuum " + vacuum);
    features.add(reserved + " reserved bytes");
    features.add(end.toString());
    Path db = directory.resolve(String.format("%03d.db", number));
    run(
        db,
        "PRAGMA page_size=" + pageSize,
        "PRAGMA encoding='" + encoding + "'",
        "PRAGMA auto_vacuum=" + vacuum,
        "PRAGMA user_version=1");
    reserve(db, reserved, pageSize);
    fill(db, deal(features));
    end(db, end, pageSize);
    return new Specimen(db, features);
  }

  /** Of a database that is one empty page so far. */
  private static void reserve(Path db, int bytes, int pageSize) throws IOException {
    if (bytes > 0) {
      int usable = pageSize - bytes;
      Databases.overwrite(db, RESERVED_AT, new byte[] {(byte) bytes});
      Databases.overwrite(db, CONTENT_START_AT, new byte[] {(byte) (usable >>> 8), (byte) usable});
    }
  }

  private List<HealthyParts.Part> deal(Set<String> features) {
    List<HealthyParts.Part> hand = new ArrayList<>();
    while (hand.size() < PARTS) {
      if (deck.isEmpty()) {
        deck.addAll(HealthyParts.all());
        Collections.shuffle(deck, random);
      }
      HealthyParts.Part part = deck.remove(deck.size() - 1);
      if (features.add(part.name())) {
        hand.add(part);
      }
    }
    return hand;
  }

  private static void fill(Path db, List<HealthyParts.Part> parts) throws SQLException {
    List<String> statements = new ArrayList<>(List.of("PRAGMA synchronous=OFF", "BEGIN"));
    statements.add("CREATE TABLE base(id INTEGER PRIMARY KEY, x TEXT)");
    statements.add(HealthyParts.fill(60, "base", "i, 'row ' || i"));
    for (HealthyParts.Part part : parts) {
      statements.addAll(part.statements());
    }
    statements.add("COMMIT");
    run(db, statements.toArray(String[]::new));
  }

  private static void end(Path db, End end, int pageSize) throws Exception {
    String change = "UPDATE base SET x = x || ' changed' WHERE id % 2";
    String create = "CREATE TABLE late(a UNIQUE)";
    String spill = HealthyParts.fill(40, "late", "randomblob(" + pageSize / 2 + ")");
    switch (end) {
      case CLOSED -> {}
      case CLOSED_IN_WAL_MODE -> run(db, "PRAGMA journal_mode=WAL", change);
      case JOURNAL_PERSISTS -> run(db, "PRAGMA journal_mode=PERSIST", change);
      case JOURNAL_TRUNCATED -> run(db, "PRAGMA journal_mode=TRUNCATE", change);
      case VACUUMED -> run(db, change, "VACUUM");
      case BYTES_BEHIND_THE_LAST_PAGE ->
          Files.write(db, new byte[pageSize - 1], StandardOpenOption.APPEND);
      case KILLED_WITH_A_LOG -> Leftovers.log(db, change, create, spill);
      case KILLED_WITH_A_HALF_WRITTEN_LOG ->
          Leftovers.unfinishedLog(
              db, List.of(spill, "UPDATE base SET x = 'never committed'"), change, create);
      case KILLED_WITH_A_HOT_JOURNAL ->
          Leftovers.hotJournal(
              db, "DELETE", create, spill, "UPDATE base SET x = 'never committed'");
    }
  }

  private static void run(Path db, String... statements) throws SQLException {
    String at = "";
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        at = text;
        statement.execute(text);
      }
    } catch (SQLException e) {
      throw new SQLException(at, e);
    }
  }
}
