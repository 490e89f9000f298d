package dev.sqlguard.it.fault;

import dev.sqlguard.it.Databases;
import dev.sqlguard.it.Images;
import dev.sqlguard.it.Leftovers;
import java.nio.file.Path;
import java.util.List;

/** What a guarded start may find. */
enum Situation {
  HEALTHY,
  /** The guard's work goes on when the JVM ends: it seals what passed a full check. */
  SEALED_EXIT("check=auto"),
  /** Committed transactions stand behind a broken frame of the log, and are kept. */
  BROKEN_LOG,
  /** Only an index is damaged, so that no row is lost. */
  REPAIRED,
  /** What is destroyed may not be taken from the backup, which so is the richer one. */
  RESTORED("backfill=off"),
  /** A row that can't be trusted goes into quarantine. */
  SALVAGED,
  /** Healthy, and the last commit is in the log alone. */
  LOG,
  DAMAGED_WITH_LOG,
  HOT_JOURNAL,
  /** The guard was killed when the side files were gone and the good file wasn't in place. */
  INTERRUPTED,
  /** Damaged, and its backups lie elsewhere. */
  BACKUP_DIR,
  /** The application opens a healthy database for reading only. */
  READ_ONLY;

  /** Everything in the database. */
  static final String ALL = "SELECT id || ' ' || x FROM t NOT INDEXED ORDER BY id";

  private static final int WAL_HEADER = 32;
  private static final int FRAME_HEADER = 24;
  private static final int NOT_WHAT_IT_WAS = 0x7ffffff0;

  private final String options;

  Situation() {
    this("");
  }

  Situation(String options) {
    this.options = options;
  }

  /** Options of the agent, beside those about places. */
  String options() {
    return "backup-spacing=0s" + (options.isEmpty() ? "" : "," + options);
  }

  String url(Path db) {
    return "jdbc:sqlite:" + db + (this == READ_ONLY ? "?open_mode=1" : "");
  }

  /** Whether the database's file is to be replaced. */
  boolean isDamaged() {
    return switch (this) {
      case HEALTHY, SEALED_EXIT, BROKEN_LOG, LOG, HOT_JOURNAL, READ_ONLY -> false;
      default -> true;
    };
  }

  /**
   * Brings it about with a healthy database that has a backup of all its rows.
   *
   * @return the rows that it has to have after the start
   */
  List<String> bringAbout(Path db) throws Exception {
    switch (this) {
      case HEALTHY, SEALED_EXIT -> Databases.addRows(db, 1);
      case BROKEN_LOG -> {
        Leftovers.log(db, "UPDATE t SET x = 'first' WHERE id = 1", "UPDATE t SET x = 'last'");
        int frame = FRAME_HEADER + Images.pageSize(db);
        Path log = Databases.beside(db, "-wal");
        Images.putInt(log, WAL_HEADER + 2L * frame + FRAME_HEADER, NOT_WHAT_IT_WAS);
      }
      case LOG, DAMAGED_WITH_LOG, INTERRUPTED ->
          Leftovers.log(db, "UPDATE t SET x = 'in the log' WHERE id = 1");
      default -> {}
    }
    List<String> rows = Databases.query(db, ALL);
    switch (this) {
      case REPAIRED -> Images.zeroPage(db, Databases.leaves(db, "ix").get(2));
      case RESTORED, BACKUP_DIR, DAMAGED_WITH_LOG, INTERRUPTED -> Databases.damage(db, "t", 1);
      case SALVAGED -> {
        Databases.execute(
            db, "DROP INDEX ix", "INSERT INTO t VALUES (9999, 'long' || hex(zeroblob(20000)))");
        String overflow = "SELECT min(pageno) FROM dbstat WHERE pagetype = 'overflow'";
        int page = Integer.parseInt(Databases.query(db, overflow).get(0));
        Images.putInt(db, (page - 1L) * Images.pageSize(db), 0x7ffffff0);
      }
      case HOT_JOURNAL ->
          Leftovers.hotJournal(
              db, "DELETE", "UPDATE t SET x = 'never ' || id", "INSERT INTO t(x) SELECT x FROM t");
      default -> {}
    }
    return rows;
  }
}
