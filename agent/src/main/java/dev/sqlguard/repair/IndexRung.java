package dev.sqlguard.repair;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.salvage.GrowthLimit;
import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.salvage.TableOutcome;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.SqliteError;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * New indexes and new pages for a database in which every row is still there: indexes that lack
 * entries, leaked pages, a wrong freelist. Offers nothing where a single row would be lost by it.
 */
public final class IndexRung implements Rung {
  private final DamagedCopy copy;
  private final Rescue rescue;
  private final NewestBackup newest;
  private final Judges judges;

  public IndexRung(DamagedCopy copy, Rescue rescue, NewestBackup newest, Judges judges) {
    this.copy = copy;
    this.rescue = rescue;
    this.newest = newest;
    this.judges = judges;
  }

  @Override
  public Optional<Candidate> attempt(Damaged damage, List<String> passedOver) throws IOException {
    if (damage.losesRows()) {
      return Optional.empty();
    }
    if (isAboutIndexesAlone(damage)) {
      Optional<Candidate> offer = withNewIndexes(damage, passedOver);
      if (offer.isPresent()) {
        return offer;
      }
    }
    return withNewPages(damage, passedOver);
  }

  private static boolean isAboutIndexesAlone(Damaged damage) {
    for (Finding finding : damage.findings()) {
      if (finding.kind() != Finding.Kind.INDEX_CONTENT) {
        return false;
      }
    }
    return true;
  }

  private Optional<Candidate> withNewIndexes(Damaged damage, List<String> passedOver)
      throws IOException {
    for (SqliteEngine engine : List.of(judges.driver(), judges.newest())) {
      Path image = copy.take();
      if (reindex(image, engine)) {
        Optional<Contents> contents = judges.pass(image, "the rebuilt copy", passedOver);
        if (contents.isPresent() && hasAllOf(damage, contents.get())) {
          return Optional.of(
              new Candidate(
                  Candidate.Way.REBUILT,
                  image,
                  "new indexes",
                  contents.get(),
                  false,
                  Loss.NONE,
                  Optional.empty(),
                  Optional.empty()));
        }
      }
    }
    return Optional.empty();
  }

  /** In rollback mode, so that everything ends up in one file. */
  private static boolean reindex(Path image, SqliteEngine engine) throws IOException {
    GrowthLimit limit = null;
    // A connection of its own: in old drivers a query that is over keeps REINDEX from committing.
    try (Connection db = engine.open(image)) {
      if (isAnyTooLarge(db, GrowthLimit.set(db, 0))) {
        return false;
      }
    } catch (SQLException e) {
      return notTold(e);
    }
    try (Connection db = engine.open(image);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA synchronous=OFF");
      statement.execute("PRAGMA locking_mode=EXCLUSIVE");
      statement.execute("PRAGMA journal_mode=DELETE");
      limit = GrowthLimit.set(db, 0);
      statement.execute("REINDEX");
    } catch (SQLException e) {
      if (limit != null && GrowthLimit.isFull(e) && limit.isOnTheDisk(image)) {
        return false;
      }
      return notTold(e);
    }
    try (FileBytes bytes = new FileBytes(image)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      return header.isPresent()
          && !header.get().isWal()
          && Files.notExists(Path.of(image + "-wal"));
    }
  }

  /**
   * @return false, where it is about the file
   * @throws IOException where it is about the machine
   */
  private static boolean notTold(SQLException e) throws IOException {
    SqliteError error = SqliteError.of(e);
    if (error.isOfTheMachine()) {
      throw new IOException(error.message(), e);
    }
    return false;
  }

  /** Asked before, because a sort would fill temporary files first. */
  private static boolean isAnyTooLarge(Connection db, GrowthLimit limit) throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet indexes =
            statement.executeQuery(
                "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index'")) {
      while (indexes.next()) {
        String table = indexes.getString(1);
        String index = indexes.getString(2);
        if (GrowthLimit.isOfComputedValues(db, table, index)
            && limit.isExceededBy(db, table, index, indexes.getString(3))) {
          return true;
        }
      }
      return false;
    }
  }

  private Optional<Candidate> withNewPages(Damaged damage, List<String> passedOver)
      throws IOException {
    Optional<Rescue.Result> rescued = rescue.run(Optional.empty(), false, passedOver);
    if (rescued.isEmpty()) {
      return Optional.empty();
    }
    Rescue.Result result = rescued.get();
    if (result.report().unattributed() > 0 && isRemnant(result.contents(), passedOver)) {
      passedOver.add("a backup has much more, and pages that look leaked hold rows");
      return Optional.empty();
    }
    if (!isWithoutLoss(result.report()) || !hasAllOf(damage, result.contents())) {
      passedOver.add("something would be lost with new pages");
      return Optional.empty();
    }
    return Optional.of(
        new Candidate(
            Candidate.Way.REBUILT,
            result.file(),
            "new pages and indexes",
            result.contents(),
            false,
            Loss.NONE,
            Optional.of(result.report()),
            result.quarantine()));
  }

  /** The pages of a table whose root is emptied look leaked. */
  private boolean isRemnant(Contents contents, List<String> passedOver) throws IOException {
    Optional<NewestBackup.Found> backup = newest.find(passedOver);
    return backup.isPresent() && contents.isPoorRemnantOf(backup.get().contents());
  }

  /** Deleted rows, on pages that nothing uses any more, may be in quarantine all the same. */
  private static boolean isWithoutLoss(SalvageReport report) {
    for (TableOutcome table : report.tables()) {
      if (!table.isComplete()) {
        return false;
      }
    }
    return report.objectsLost().isEmpty();
  }

  private static boolean hasAllOf(Damaged damage, Contents contents) {
    return contents.firstTablePoorerThan(damage.readable()).isEmpty();
  }
}
