package dev.sqlguard.salvage.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/**
 * The database of a lending library, as an application would have left it after years: tables with
 * and without keys, rows of every size, values of every storage class, updates and deletions in
 * between, a column that was added late, a table that was dropped and whose pages still stand on
 * the freelist, and 70 small tables that make sqlite_schema several pages deep. The same parameters
 * and the same version of SQLite give the same bytes.
 *
 * @param megabytes how large the file is going to be, roughly
 * @param encoding as {@code PRAGMA encoding} takes it
 */
public record BaseDatabase(long seed, int megabytes, int pageSize, String encoding) {
  /** What the variants of damage aim at. */
  public static final DamageTargets TARGETS =
      new DamageTargets("loans", "gate_events", "loan_items", "scans", "loans_at");

  /** Every text of a deleted row of {@code intake} starts with it. */
  public static final String DELETED_MARKER = "DISCARDED ";

  /** A word that the full-text index has. */
  public static final String SEARCH_TERM = "zulu";

  private static final int CONFIGURATION_TABLES = 70;
  private static final List<String> BRANCHES =
      List.of("north", "south", "harbour", "old town", "campus", "hill", "station", "mobile");
  private static final List<String> STATES =
      List.of("open", "renewed", "returned", "overdue", "lost");
  private static final List<String> GATE_KINDS =
      List.of("enter", "leave", "alarm", "manual", "test");

  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE members(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
              + " card TEXT UNIQUE, branch TEXT, joined REAL, deposit NUMERIC DEFAULT 0,"
              + " remark TEXT)",
          "CREATE TABLE loans(id INTEGER PRIMARY KEY,"
              + " member_id INTEGER NOT NULL REFERENCES members(id), at INTEGER,"
              + " state TEXT CHECK(state IN ('open','renewed','returned','overdue','lost')),"
              + " fee REAL, note TEXT)",
          "CREATE TABLE loan_items(loan_id INTEGER, position INTEGER, barcode TEXT,"
              + " renewals INTEGER, value REAL, PRIMARY KEY(loan_id, position)) WITHOUT ROWID",
          "CREATE TABLE scans(scan_id TEXT PRIMARY KEY, format TEXT, image BLOB, size INTEGER)",
          "CREATE TABLE gate_events(at REAL, kind TEXT, member_id INTEGER, detail TEXT)",
          "CREATE TABLE preferences(name TEXT PRIMARY KEY, value ANY) WITHOUT ROWID",
          "CREATE TABLE climate(id INTEGER PRIMARY KEY, probe TEXT NOT NULL, reading REAL,"
              + " flags INTEGER, label TEXT GENERATED ALWAYS AS (probe || '/' || id) STORED,"
              + " raw ANY, doubled INTEGER GENERATED ALWAYS AS (flags * 2) VIRTUAL) STRICT",
          "CREATE TABLE history(at INTEGER, what TEXT, ref INTEGER)",
          "CREATE TABLE intake(id INTEGER PRIMARY KEY, title TEXT, donor TEXT, branch TEXT,"
              + " remark TEXT)",
          "CREATE VIRTUAL TABLE catalogue USING fts5(title, summary)",
          "CREATE INDEX loans_member ON loans(member_id)",
          "CREATE INDEX loans_at ON loans(at, state)",
          "CREATE INDEX items_barcode ON loan_items(barcode)",
          "CREATE INDEX events_kind ON gate_events(kind, at)",
          "CREATE UNIQUE INDEX climate_probe ON climate(probe, id)",
          "CREATE INDEX members_depositing ON members(branch) WHERE deposit > 500",
          "CREATE INDEX members_by_name ON members(lower(name))",
          "CREATE VIEW fees AS SELECT member_id, count(*) AS loans, sum(fee) AS fees FROM loans"
              + " GROUP BY member_id",
          "CREATE VIEW running AS SELECT * FROM loans WHERE state IN ('open', 'renewed')",
          "CREATE TRIGGER loan_state AFTER UPDATE OF state ON loans BEGIN INSERT INTO history"
              + " VALUES (new.at, old.state || ' -> ' || new.state, new.id); END",
          "CREATE TRIGGER member_left AFTER DELETE ON members BEGIN INSERT INTO history"
              + " VALUES (0, 'left: ' || old.name, old.id); END");

  /** UTF-8, pages of 4,096 bytes. */
  public static BaseDatabase ofMegabytes(int megabytes) {
    return new BaseDatabase(42, megabytes, 4096, "UTF-8");
  }

  /** Replaces what was at {@code file}. */
  public void build(Path file) throws IOException, SQLException {
    for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(file + suffix));
    }
    Random random = new Random(seed);
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      configure(db);
      execute(db, SCHEMA);
      addConfiguration(db, random);
      addPreferences(db, random);
      try (Rounds rounds = new Rounds(db, random)) {
        db.setAutoCommit(false);
        long pages = (long) megabytes * 1024 * 1024 / pageSize * 985 / 1000;
        do {
          rounds.add();
          db.commit();
        } while (number(db, "PRAGMA page_count") < pages);
      }
      db.setAutoCommit(true);
      execute(
          db,
          List.of(
              // Rows that are there already stay short.
              "ALTER TABLE members ADD COLUMN standing TEXT DEFAULT 'regular'",
              "UPDATE members SET standing = 'patron' WHERE id % 50 = 0",
              "DROP TABLE intake",
              "ANALYZE"));
    }
  }

  private void configure(Connection db) throws SQLException {
    execute(
        db,
        List.of(
            "PRAGMA page_size = " + pageSize,
            "PRAGMA encoding = '" + encoding + "'",
            "PRAGMA auto_vacuum = NONE",
            // Deleted content must stand, or no salvage could be caught taking it for live rows.
            "PRAGMA secure_delete = OFF",
            "PRAGMA journal_mode = MEMORY",
            "PRAGMA synchronous = OFF",
            "PRAGMA cache_size = -400000",
            "PRAGMA foreign_keys = OFF",
            "PRAGMA user_version = 23",
            "PRAGMA application_id = 1818388321"));
  }

  private static void addConfiguration(Connection db, Random random) throws SQLException {
    Vocabulary words = new Vocabulary(random);
    db.setAutoCommit(false);
    for (int table = 0; table < CONFIGURATION_TABLES; table++) {
      String name = "cfg_%02d".formatted(table);
      execute(
          db,
          List.of(
              "CREATE TABLE "
                  + name
                  + "(id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT, changed INTEGER /* "
                  + ("settings of desk " + table + "; ").repeat(7)
                  + "*/)"));
      try (PreparedStatement insert =
          db.prepareStatement("INSERT INTO " + name + " VALUES (?, ?, ?, ?)")) {
        for (int row = 1 + random.nextInt(30); row > 0; row--) {
          add(insert, row, "setting " + row, words.sentence(1, 6), 1_500_000_000 + row);
        }
        insert.executeBatch();
      }
    }
    db.commit();
    db.setAutoCommit(true);
  }

  private static void addPreferences(Connection db, Random random) throws SQLException {
    Vocabulary words = new Vocabulary(random);
    db.setAutoCommit(false);
    try (PreparedStatement insert = db.prepareStatement("INSERT INTO preferences VALUES (?, ?)")) {
      for (int i = 0; i < 300; i++) {
        add(insert, "desk.%03d".formatted(i), anyValue(random, words));
      }
      insert.executeBatch();
    }
    db.commit();
    db.setAutoCommit(true);
  }

  private static Object anyValue(Random random, Vocabulary words) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(19) - 9;
      case 1 -> random.nextInt(1000) * 1.5;
      case 2 -> words.sentence(1, 4);
      case 3 -> bytes(random, 20);
      default -> null;
    };
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static <T> T any(Random random, List<T> choice) {
    return choice.get(random.nextInt(choice.size()));
  }

  private static void add(PreparedStatement insert, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      insert.setObject(i + 1, values[i]);
    }
    insert.addBatch();
  }

  private static void execute(Connection db, List<String> statements) throws SQLException {
    try (Statement statement = db.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private static long number(Connection db, String query) throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Life in the library, in portions: all tables grow at once, so their pages lie scattered. */
  private static final class Rounds implements AutoCloseable {
    private final Connection db;
    private final Random random;
    private final Vocabulary words;
    private final PreparedStatement members;
    private final PreparedStatement loans;
    private final PreparedStatement items;
    private final PreparedStatement scans;
    private final PreparedStatement events;
    private final PreparedStatement climate;
    private final PreparedStatement catalogue;
    private final PreparedStatement intake;
    private int lastMember;
    private int lastLoan;
    private int lastScan;
    private int lastMeasurement;
    private int lastDonation;
    private long now = 1_500_000_000;
    private int round;

    Rounds(Connection db, Random random) throws SQLException {
      this.db = db;
      this.random = random;
      this.words = new Vocabulary(random);
      members =
          db.prepareStatement(
              "INSERT INTO members(name, card, branch, joined, deposit, remark)"
                  + " VALUES (?, ?, ?, ?, ?, ?)");
      loans = db.prepareStatement("INSERT INTO loans VALUES (?, ?, ?, ?, ?, ?)");
      items = db.prepareStatement("INSERT INTO loan_items VALUES (?, ?, ?, ?, ?)");
      scans = db.prepareStatement("INSERT INTO scans VALUES (?, ?, ?, ?)");
      events = db.prepareStatement("INSERT INTO gate_events VALUES (?, ?, ?, ?)");
      climate =
          db.prepareStatement(
              "INSERT INTO climate(id, probe, reading, flags, raw) VALUES (?, ?, ?, ?, ?)");
      catalogue = db.prepareStatement("INSERT INTO catalogue(title, summary) VALUES (?, ?)");
      intake = db.prepareStatement("INSERT INTO intake VALUES (?, ?, ?, ?, ?)");
    }

    void add() throws SQLException {
      addMembers();
      addLoans();
      addScans();
      addEvents();
      addMeasurements();
      addCatalogue();
      addIntake();
      for (PreparedStatement insert :
          List.of(members, loans, items, scans, events, climate, catalogue, intake)) {
        insert.executeBatch();
      }
      if (round % 4 == 3) {
        changeAndDeleteRows();
      }
      if (round % 6 == 5) {
        deleteEvents();
      }
      round++;
    }

    private void addMembers() throws SQLException {
      for (int i = 0; i < 320; i++) {
        lastMember++;
        BaseDatabase.add(
            members,
            words.word() + " " + words.word(),
            "card-" + lastMember + "-" + Integer.toHexString(random.nextInt()),
            any(random, BRANCHES),
            now + random.nextDouble(),
            deposit(),
            random.nextInt(10) < 3 ? null : words.sentence(3, 25));
      }
    }

    private Object deposit() {
      return switch (random.nextInt(3)) {
        case 0 -> 0;
        case 1 -> 1 + random.nextInt(1000);
        default -> random.nextInt(100_000) / 100.0;
      };
    }

    private void addLoans() throws SQLException {
      for (int i = 0; i < 2400; i++) {
        lastLoan++;
        now += 1 + random.nextInt(30);
        BaseDatabase.add(
            loans,
            lastLoan,
            1 + random.nextInt(lastMember),
            now,
            any(random, STATES),
            // Whole numbers in a REAL column are stored as integers.
            random.nextInt(5) == 0 ? 1.0 + random.nextInt(500) : random.nextInt(90_000) / 100.0,
            random.nextInt(5) == 0 ? null : words.sentence(2, 13));
        for (int position = random.nextInt(3); position >= 0; position--) {
          BaseDatabase.add(
              items,
              lastLoan,
              position,
              "B%05d".formatted(random.nextInt(20_000)),
              random.nextInt(9),
              random.nextInt(9_900) / 100.0);
        }
      }
    }

    private void addScans() throws SQLException {
      List<Integer> sizes = List.of(300, 900, 3000, 5000, 12_000, 30_000);
      for (int i = 0; i < 22; i++) {
        lastScan++;
        int largest = any(random, sizes);
        byte[] image = bytes(random, largest / 2 + random.nextInt(largest / 2));
        BaseDatabase.add(
            scans,
            "%016x-%d".formatted(random.nextLong(), lastScan),
            any(random, List.of("tiff", "jpeg", "pdf")),
            image,
            image.length);
      }
    }

    private void addEvents() throws SQLException {
      for (int i = 0; i < 1100; i++) {
        BaseDatabase.add(
            events,
            now + random.nextDouble(),
            any(random, GATE_KINDS),
            1 + random.nextInt(lastMember),
            "{\"gate\": %d, \"seen\": \"%s\"}".formatted(random.nextInt(40), words.sentence(3, 9)));
      }
    }

    private void addMeasurements() throws SQLException {
      for (int i = 0; i < 700; i++) {
        lastMeasurement++;
        BaseDatabase.add(
            climate,
            lastMeasurement,
            "room %03d".formatted(random.nextInt(200)),
            20 + 5 * random.nextGaussian(),
            random.nextInt(65_536),
            anyValue(random, words));
      }
    }

    private void addCatalogue() throws SQLException {
      for (int i = 0; i < 60; i++) {
        BaseDatabase.add(catalogue, words.sentence(2, 6), words.sentence(10, 60));
      }
    }

    private void addIntake() throws SQLException {
      for (int i = 0; i < 150; i++) {
        lastDonation++;
        BaseDatabase.add(
            intake,
            lastDonation,
            DELETED_MARKER + words.sentence(1, 3),
            "donor " + lastDonation,
            any(random, BRANCHES),
            words.sentence(5, 20));
      }
    }

    private void changeAndDeleteRows() throws SQLException {
      int loan = 1 + random.nextInt(lastLoan - 50);
      int member = 1 + random.nextInt(lastMember - 20);
      execute(
          db,
          List.of(
              "UPDATE loans SET state = 'returned' WHERE state = 'open' AND id BETWEEN %d AND %d"
                  .formatted(loan, loan + 400),
              "DELETE FROM members WHERE id BETWEEN %d AND %d".formatted(member, member + 5)));
    }

    /** Some here and there, and some in a row, which frees whole pages. */
    private void deleteEvents() throws SQLException {
      long last = number(db, "SELECT max(rowid) FROM gate_events");
      long from = 1 + (long) (random.nextDouble() * (last - 700));
      execute(
          db,
          List.of(
              "DELETE FROM gate_events WHERE rowid BETWEEN " + from + " AND " + (from + 500),
              "DELETE FROM gate_events WHERE rowid % 97 = " + round % 97));
    }

    @Override
    public void close() throws SQLException {
      for (PreparedStatement insert :
          List.of(members, loans, items, scans, events, climate, catalogue, intake)) {
        insert.close();
      }
    }
  }
}
