package dev.sqlguard.verify;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.LeafCells;
import dev.sqlguard.format.PlainDatabaseProof;
import dev.sqlguard.store.FileBytes;
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
  /** Without a number the check ends after 100 findings, which may all be harmless ones. */
  private static final int ALL = Integer.MAX_VALUE;

  private final SqliteEngine engine;

  public IntegrityCheck(SqliteEngine engine) {
    this.engine = engine;
  }

  @Override
  public Verdict verify(Path image, Depth depth) {
    try (Connection db = engine.open(image)) {
      prepare(db);
      Verdict verdict = judge(db, image, depth);
      fold(db);
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

  private Verdict judge(Connection db, Path image, Depth depth) throws SQLException {
    Findings findings = new Findings();
    String pragma = depth == Depth.QUICK ? "quick_check" : "integrity_check";
    try (Statement statement = db.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA " + pragma + "(" + ALL + ")")) {
      while (rows.next()) {
        findings.add(rows.getString(1));
      }
    } catch (SQLException e) {
      SqliteError error = SqliteError.of(e);
      if (!error.isCorruption()) {
        return cannotTell(error);
      }
      findings.add(Finding.aborted(error.message()));
    }
    if (!findings.isEmpty() && !findings.isAborted()) {
      findings.forgive(Tables.withContentElsewhere(db));
    }
    // "ok" alone is also said of an empty file: the rows are part of the verdict.
    return findings.isEmpty() ? new Healthy(Tables.count(db)) : damaged(db, image, findings);
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

  private static CannotTell cannotTell(SqliteError error) {
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
   * whose journal can't be read says so at the first statement that reads the file.
   */
  private static void prepare(Connection db) throws SQLException {
    try (Statement statement = db.createStatement()) {
      statement.execute("PRAGMA synchronous=OFF");
      statement.execute("PRAGMA locking_mode=EXCLUSIVE");
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
