package dev.sqlguard.verify;

import dev.sqlguard.scan.Scan;
import dev.sqlguard.scan.ScanProgress;
import dev.sqlguard.scan.ScanReport;
import dev.sqlguard.scan.Suspicion;
import dev.sqlguard.schema.Schema;
import dev.sqlguard.schema.SqlText;
import dev.sqlguard.schema.TableSchema;
import dev.sqlguard.schema.VirtualTableSchema;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The check at the speed of a copy: a {@link Scan}, and SQLite only for what that leaves open.
 *
 * <p>SQLite stays the judge. A suspicion is no verdict: it has SQLite check the whole image. Tables
 * that the scan can't decide are left to SQLite's check of just these tables, and so is a schema
 * that SQLite has never read. Where nothing is left open no SQLite is loaded or asked.
 *
 * <p>One object for one image.
 */
public final class FastCheck implements Verifier {
  /** Since 3.33 it can be asked about single tables. */
  private static final String CHECKS_SINGLE_TABLES = "3.33";

  /** The check of single tables ends after so many lines, whatever they say. */
  private static final int MOST_LINES = 100;

  /** Full-text tables may have their content in any other table. */
  private static final String OTHER_CONTENT = "content";

  /** Of a smaller image a thread of its own would cost more than it saves. */
  private static final long BYTES_FOR_A_THREAD = 1 << 20;

  private final SqliteEngine engine;
  private final Supplier<Optional<SqliteEngine>> newest;
  private final KnownSchemas known;
  private final ScanProgress progress;
  private List<Suspicion> unshared = List.of();
  private List<Suspicion> suspicions = List.of();
  private boolean foundByNewestOnly;
  private boolean isBrokenForNewest;

  /** Tables that SQLite was asked about, whatever it said. */
  private final Set<String> answered = new HashSet<>();

  /** Whether it found fault with one of them, or couldn't answer. */
  private boolean contradicted;

  /** Null until SQLite was interrupted: to ask it for more would take as long again. */
  private CannotTell outOfTime;

  private Optional<String> imageHash = Optional.empty();

  /**
   * @param engine the judge
   * @param newest the judge's own judge, where it is older
   * @param progress see {@link ScanProgress}
   */
  public FastCheck(
      SqliteEngine engine,
      Supplier<Optional<SqliteEngine>> newest,
      KnownSchemas known,
      ScanProgress progress) {
    this.engine = engine;
    this.newest = newest;
    this.known = known;
    this.progress = progress;
  }

  /**
   * {@inheritDoc}
   *
   * <p>With a log or a journal beside it the image is SQLite's to check from the beginning. The
   * depth says what SQLite looks at then; a scan looks at everything.
   */
  @Override
  public Verdict verify(Path image, Depth depth) {
    ScanReport report;
    try {
      if (!isAlone(image)) {
        return judge(image, depth);
      }
      report = Scan.of(image, threads(image), progress, askedMeanwhile(image));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      return judge(image, depth);
    }
    return conclude(image, report);
  }

  /**
   * The first half of {@link #verify}: reads all of the image, and asks no SQLite.
   *
   * @param image with no log and no journal beside it
   */
  public ScanReport scan(Path image) throws IOException {
    return Scan.of(image, threads(image), progress);
  }

  /** What a scan comes to where it leaves nothing open, so that no SQLite is needed. */
  public Optional<Verdict> conclude(ScanReport report) {
    boolean isOpen =
        !report.suspicions().isEmpty()
            || report.schema() == null
            || !report.schema().unplaced().isEmpty()
            || !report.undecided().isEmpty()
            || !checkable(report.schema()).isEmpty()
            || !known.contains(report.schemaHash());
    return isOpen ? Optional.empty() : Optional.of(healthy(report));
  }

  /**
   * The second half of {@link #verify}.
   *
   * @param report of just these bytes, which may have stood elsewhere
   */
  public Verdict conclude(Path image, ScanReport report) {
    suspicions = report.suspicions();
    imageHash = report.imageHash().isEmpty() ? Optional.empty() : Optional.of(report.imageHash());
    if (!suspicions.isEmpty()) {
      return judgeSuspected(image);
    }
    if (report.schema() == null || !report.schema().unplaced().isEmpty()) {
      return judge(image, Depth.FULL);
    }
    List<String> virtual = checkable(report.schema());
    if (!answers(image, report.undecided(), virtual, report.schemaHash())) {
      return judge(image, Depth.FULL);
    }
    return isBrokenForNewest ? judgeByNewest(image).orElse(healthy(report)) : healthy(report);
  }

  private static Verdict healthy(ScanReport report) {
    return new Healthy(Tables.count(report.rows(), report.schema().virtualTables()));
  }

  /** What the scan found, whatever became of it. */
  public List<Suspicion> suspicions() {
    return suspicions;
  }

  /** See {@link dev.sqlguard.format.ImageHash}; empty where the scan hasn't come to it. */
  public Optional<String> imageHash() {
    return imageHash;
  }

  /** Suspicions about an image that SQLite calls healthy: errors of the scan. */
  public List<Suspicion> unshared() {
    return unshared;
  }

  /** Whether the verdict is damage that the application's own SQLite doesn't see. */
  public boolean isFoundByNewestOnly() {
    return foundByNewestOnly;
  }

  private Verdict judge(Path image, Depth depth) {
    if (outOfTime != null) {
      return outOfTime;
    }
    return new IntegrityCheck(engine).verify(image, depth);
  }

  /** An old SQLite may be blind to what the newest sees. */
  private Verdict judgeSuspected(Path image) {
    Verdict verdict = judge(image, Depth.FULL);
    if (!(verdict instanceof Healthy)) {
      return verdict;
    }
    Optional<Verdict> second = judgeByNewest(image);
    if (second.isEmpty()) {
      unshared = suspicions;
    }
    return second.orElse(verdict);
  }

  /** Damage that the newest SQLite finds; empty where it finds none or is the judge itself. */
  private Optional<Verdict> judgeByNewest(Path image) {
    Optional<SqliteEngine> other = newest.get();
    if (other.isEmpty() || other.get() == engine) {
      return Optional.empty();
    }
    Verdict second = new IntegrityCheck(other.get()).verify(image, Depth.FULL);
    foundByNewestOnly = second instanceof Damaged;
    return foundByNewestOnly ? Optional.of(second) : Optional.empty();
  }

  /**
   * While others scan, the calling thread asks SQLite what is known to be left open. The check of
   * virtual tables reads other tables and doesn't look at their trees first: where pages have two
   * parents it could take forever, and isn't asked for before the scan has seen that.
   */
  private Scan.Meanwhile askedMeanwhile(Path image) {
    return (schema, undecided, schemaHash) -> {
      if (schema.unplaced().isEmpty()) {
        List<String> virtual = checkable(schema);
        boolean now = virtual.isEmpty() || isBoundedFor(image, schema);
        answers(image, undecided, now ? virtual : List.of(), schemaHash);
      }
    };
  }

  /** Whether the trees that virtual tables are made of have an end. */
  private static boolean isBoundedFor(Path image, Schema schema) {
    List<Long> roots = new ArrayList<>();
    for (VirtualTableSchema virtual : schema.virtualTables()) {
      if (virtual.sql().toLowerCase(Locale.ROOT).contains(OTHER_CONTENT)) {
        return false;
      }
      String shadow = virtual.name() + "_";
      for (TableSchema table : schema.tables()) {
        if (table.name().regionMatches(true, 0, shadow, 0, shadow.length())) {
          roots.add(table.root());
          table.indexes().forEach(index -> roots.add(index.root()));
        }
      }
    }
    return !EndlessWalks.arePossible(image, roots);
  }

  /**
   * Whether SQLite has nothing to say against what the scan leaves open. What it says then, and how
   * that is to be understood, is for the whole check to tell. Nothing is asked twice.
   */
  private boolean answers(
      Path image, Map<String, String> undecided, List<String> checkable, String schemaHash) {
    List<String> tables = new ArrayList<>(undecided.keySet());
    List<String> virtual = new ArrayList<>(checkable);
    tables.removeAll(answered);
    virtual.removeAll(answered);
    boolean isKnown = known.contains(schemaHash);
    if (contradicted || isKnown && tables.isEmpty() && virtual.isEmpty()) {
      return !contradicted;
    }
    try (Connection db = engine.open(image)) {
      try {
        IntegrityCheck.prepare(db);
        readSchema(db);
        contradicted = !areIntact(image, db, tables, virtual);
      } catch (SQLException e) {
        SqliteEngine.requireTime(db);
        throw e;
      }
      SqliteEngine.requireTime(db);
    } catch (SQLException e) {
      contradicted = true;
      SqliteError error = SqliteError.of(e);
      outOfTime = error.isOutOfTime() ? IntegrityCheck.cannotTell(error) : null;
    } catch (RuntimeException | LinkageError e) {
      contradicted = true;
    }
    answered.addAll(tables);
    answered.addAll(virtual);
    if (!contradicted && !isKnown) {
      known.add(schemaHash);
    }
    return !contradicted;
  }

  private boolean areIntact(Path image, Connection db, List<String> tables, List<String> virtual)
      throws SQLException {
    if (!tables.isEmpty() && SqliteVersion.isBefore(engine, CHECKS_SINGLE_TABLES)) {
      return false;
    }
    if (!areIntact(db, tables)) {
      return false;
    }
    if (!SqliteVersion.isBefore(engine, IntegrityCheck.CHECKS_VIRTUAL_TABLES)) {
      return areIntactVirtual(image, db, virtual);
    }
    isBrokenForNewest |= !virtual.isEmpty() && !areIntactByNewest(image, virtual);
    return true;
  }

  private static boolean areIntactVirtual(Path image, Connection db, List<String> tables)
      throws SQLException {
    return tables.isEmpty() || EndlessRtrees.of(db, image).isEmpty() && areIntact(db, tables);
  }

  private static void readSchema(Connection db) throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM sqlite_master")) {
      row.next();
    }
  }

  private boolean areIntactByNewest(Path image, List<String> tables) throws SQLException {
    Optional<SqliteEngine> other = newest.get();
    if (other.isEmpty()) {
      return true;
    }
    try (Connection db = other.get().open(image)) {
      try {
        IntegrityCheck.prepare(db);
        boolean intact = areIntactVirtual(image, db, tables);
        SqliteEngine.requireTime(db);
        return intact;
      } catch (SQLException e) {
        SqliteEngine.requireTime(db);
        throw e;
      }
    } catch (SQLException e) {
      SqliteError error = SqliteError.of(e);
      if (error.isOutOfTime()) {
        throw e;
      }
      if (error.isCorruption()) {
        return false;
      }
      // An unknown tokenizer, for example: nobody can tell, and an older SQLite doesn't try.
      return true;
    }
  }

  /** Where the answer may have been cut short, or is about something else, nothing is said. */
  private static boolean areIntact(Connection db, List<String> tables) throws SQLException {
    Findings findings = new Findings();
    for (String table : tables) {
      int lines = 0;
      if (isNumber(table)) {
        return false;
      }
      try (Statement statement = db.createStatement();
          ResultSet rows =
              statement.executeQuery("PRAGMA integrity_check(" + Tables.quoted(table) + ")")) {
        while (rows.next()) {
          String row = rows.getString(1);
          findings.add(row);
          lines++;
          if (IntegrityCheck.isOfSharedPage(row)) {
            return false;
          }
        }
        if (lines >= MOST_LINES) {
          return false;
        }
      }
    }
    if (!findings.isEmpty()) {
      findings.forgive(Tables.withContentElsewhere(db));
    }
    return findings.isEmpty();
  }

  /**
   * Virtual tables that SQLite itself has a check for; an application's module isn't known here.
   * That of FTS4 reads all of the content, which has an end only where it is a table.
   */
  private static List<String> checkable(Schema schema) {
    List<String> names = new ArrayList<>();
    for (VirtualTableSchema table : schema.virtualTables()) {
      boolean known =
          switch (table.module()) {
            case "fts3", "fts4" -> hasContentInTables(table, schema);
            case "fts5", "rtree", "rtree_i32", "geopoly" -> true;
            default -> false;
          };
      if (known) {
        names.add(table.name());
      }
    }
    return names;
  }

  /** In its own, in none, or in one of the application's that is no view. */
  private static boolean hasContentInTables(VirtualTableSchema text, Schema schema) {
    Optional<String> content = new SqlText(text.sql()).argument(OTHER_CONTENT);
    if (content.isEmpty() || content.get().isEmpty()) {
      return true;
    }
    for (TableSchema table : schema.tables()) {
      if (SqlText.lowerCase(table.name()).equals(SqlText.lowerCase(content.get()))) {
        return true;
      }
    }
    return false;
  }

  /** SQLite takes such a name, quoted or not, for how many lines to say. */
  private static boolean isNumber(String table) {
    for (int i = 0; i < table.length(); i++) {
      char c = table.charAt(i);
      if ((c < '0' || c > '9') && c != '-' && c != '+') {
        return false;
      }
    }
    return true;
  }

  private static boolean isAlone(Path image) throws IOException {
    for (Path side : SideFiles.of(image).all()) {
      Optional<FileStat> stat = FileStat.ofEntry(side);
      if (stat.isPresent() && stat.get().size() > 0) {
        return false;
      }
    }
    return true;
  }

  private static int threads(Path image) {
    long useful = 1 + image.toFile().length() / BYTES_FOR_A_THREAD;
    return (int) Math.min(Runtime.getRuntime().availableProcessors(), useful);
  }
}
