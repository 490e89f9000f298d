package dev.sqlguard.verify;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.LeafCells;
import dev.sqlguard.format.PlainDatabaseProof;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Cause;
import dev.sqlguard.verify.Verdict.Damaged;
import dev.sqlguard.verify.Verdict.Healthy;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** SQLite's own {@code PRAGMA integrity_check}: the judge. */
public final class IntegrityCheck implements Verifier {
  /** Since 3.44 SQLite's check looks into the virtual tables that are built into it. */
  static final String CHECKS_VIRTUAL_TABLES = "3.44";

  /** Without a number the check ends after 100 findings, which may all be harmless ones. */
  private static final int ALL = Integer.MAX_VALUE;

  /** Said of the trees first, before any row is looked at. */
  private static final String SHARED = "2nd reference to page";

  /**
   * A journal says how large the database was, a log how large it is. A hostile one says terabytes,
   * and SQLite makes the file as large, with nothing in it.
   */
  private static final int MOST_GROWTH = 4;

  private static final long MARGIN = 64L << 20;

  private final SqliteEngine engine;

  public IntegrityCheck(SqliteEngine engine) {
    this.engine = engine;
  }

  @Override
  public Verdict verify(Path image, Depth depth) {
    long there = sizeOf(image);
    try (Connection db = engine.open(image)) {
      Verdict verdict;
      try {
        verdict = verify(db, image, there, depth);
      } catch (SQLException e) {
        SqliteEngine.requireTime(db);
        throw e;
      }
      SqliteEngine.requireTime(db);
      return verdict;
    } catch (SQLException e) {
      SqliteError error = SqliteError.of(e);
      return error.isCorruption()
          ? unreadable(image, List.of(Finding.aborted(error.message())))
          : cannotTell(error);
    } catch (RuntimeException | LinkageError e) {
      return new CannotTell(Cause.OTHER, engine.name() + " can't be used: " + e);
    }
  }

  private Verdict verify(Connection db, Path image, long there, Depth depth) throws SQLException {
    prepare(db);
    if (!isPlausible(Math.max(sizeOf(db), sizeOf(image)), there)) {
      return new CannotTell(Cause.OTHER, "with its journal it has more pages than can be");
    }
    Verdict verdict = judge(db, image, depth);
    fold(db);
    return verdict;
  }

  /**
   * Whether a database can be so large.
   *
   * @param size that its log or its journal claims, in bytes
   * @param there in all its files, in bytes
   */
  public static boolean isPlausible(long size, long there) {
    return size <= MOST_GROWTH * there + MARGIN;
  }

  /** Of all its files, in bytes. */
  private static long sizeOf(Path image) {
    SideFiles sides = SideFiles.of(image);
    return image.toFile().length()
        + sides.wal().toFile().length()
        + sides.journal().toFile().length();
  }

  /** As SQLite takes it to be, in bytes; 0 where it can't tell. */
  private static long sizeOf(Connection db) {
    long size = 1;
    for (String pragma : List.of("PRAGMA page_count", "PRAGMA page_size")) {
      try (Statement statement = db.createStatement();
          ResultSet row = statement.executeQuery(pragma)) {
        size *= row.next() ? row.getLong(1) : 0;
      } catch (SQLException e) {
        // The check will say why.
        return 0;
      }
    }
    return size;
  }

  private Verdict judge(Connection db, Path image, Depth depth) throws SQLException {
    List<Finding> endless =
        SqliteVersion.isBefore(engine, CHECKS_VIRTUAL_TABLES)
            ? List.of()
            : EndlessRtrees.of(db, image);
    if (!endless.isEmpty()) {
      return new Damaged(endless, true, ReadableRows.of(db, image).contents(), 0);
    }
    String pragma = depth == Depth.QUICK ? "quick_check" : "integrity_check";
    Findings findings = new Findings();
    if (!ask(db, pragma, findings, true)) {
      if (EndlessWalks.arePossible(db, image)) {
        // SQLite would go on to look at every row as often as there are ways to it.
        return new Damaged(findings.worstFirst(), true, ReadableRows.of(db, image).contents(), 0);
      }
      findings = new Findings();
      ask(db, pragma, findings, false);
    }
    if (!findings.isEmpty() && !findings.isAborted()) {
      findings.forgive(Tables.withContentElsewhere(db));
    }
    // "ok" alone is also said of an empty file: the rows are part of the verdict.
    return findings.isEmpty() ? new Healthy(Tables.count(db)) : damaged(db, image, findings);
  }

  /**
   * @param mayStop whether to stop where the answer says that a page has two parents
   * @return false where it stopped there
   * @throws SQLException for an error that is none of the database
   */
  private static boolean ask(Connection db, String pragma, Findings findings, boolean mayStop)
      throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA " + pragma + "(" + ALL + ")")) {
      while (rows.next()) {
        String row = rows.getString(1);
        findings.add(row);
        if (mayStop && isOfSharedPage(row)) {
          return false;
        }
      }
    } catch (SQLException e) {
      SqliteError error = SqliteError.of(e);
      if (!error.isCorruption()) {
        throw e;
      }
      findings.add(Finding.aborted(error.message()));
    }
    return true;
  }

  /**
   * Whether a page has two parents, by a line of the answer. Such lines come before SQLite looks at
   * rows, which it does as often as there are ways to them.
   */
  static boolean isOfSharedPage(String row) {
    return row.contains(SHARED);
  }

  private static Verdict damaged(Connection db, Path image, Findings findings) {
    fold(db);
    ReadableRows readable = ReadableRows.of(db, image);
    Contents contents = readable.contents();
    if (contents.tables() == 0 && findings.isAborted()) {
      return unreadable(image, findings.worstFirst());
    }
    boolean losesRows =
        findings.anyStructureBeyond(IndexPages.of(db, image))
            || findings.isAborted() && !readable.complete();
    for (String index : findings.indexes()) {
      losesRows = losesRows || IndexEntries.withoutRow(db, image, index);
    }
    long leafCells = contents.tables() == 0 ? leafCells(image) : 0;
    return new Damaged(findings.worstFirst(), losesRows, contents, leafCells);
  }

  /** Not even the schema can be read: encrypted pages behind a plain header look like that. */
  private static Verdict unreadable(Path image, List<Finding> findings) {
    try (FileBytes bytes = new FileBytes(image)) {
      if (!PlainDatabaseProof.holds(bytes)) {
        String reason = findings.get(0).text() + "; its pages aren't those of a plain database";
        return new CannotTell(Cause.OTHER, reason);
      }
    } catch (IOException e) {
      return new CannotTell(Cause.OTHER, e.toString());
    }
    return new Damaged(findings, true, Contents.NONE, leafCells(image));
  }

  private static long leafCells(Path image) {
    try (FileBytes bytes = new FileBytes(image)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      return header.isPresent() ? LeafCells.count(bytes, header.get().pageSize()) : 0;
    } catch (IOException e) {
      // Unknown is more than any backup holds: nothing replaces it.
      return Long.MAX_VALUE;
    }
  }

  static CannotTell cannotTell(SqliteError error) {
    Cause cause =
        error.code() == SqliteError.NOT_A_DATABASE
            ? Cause.NOT_A_DATABASE
            : error.isUnreadableSchema()
                ? Cause.TOO_NEW
                : error.isOfTheMachine() ? Cause.MACHINE : Cause.OTHER;
    return new CannotTell(cause, error.message());
  }

  /**
   * The image is private and disposable: no fsync, and in exclusive mode no -shm file. A connection
   * whose journal can't be read says so at the first statement that reads the file. Rows that break
   * a CHECK are no damage, and an expression may take any time: it isn't evaluated.
   */
  static void prepare(Connection db) throws SQLException {
    try (Statement statement = db.createStatement()) {
      statement.execute("PRAGMA synchronous=OFF");
      statement.execute("PRAGMA locking_mode=EXCLUSIVE");
      statement.execute("PRAGMA ignore_check_constraints=ON");
    }
  }

  /** Everything committed into the main file; the last close would do it too, but says nothing. */
  private static void fold(Connection db) {
    try (Statement statement = db.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
      row.next();
    } catch (SQLException e) {
      // 3.7.2 returns no row, a damaged image may refuse; whoever keeps the image looks at -wal.
    }
  }
}
