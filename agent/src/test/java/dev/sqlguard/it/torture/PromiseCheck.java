package dev.sqlguard.it.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.Command;
import dev.sqlguard.it.Databases;
import dev.sqlguard.it.GuardedJvm;
import dev.sqlguard.it.Images;
import dev.sqlguard.it.torture.TortureTally.Count;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * All that the guard promises about one database, looked at from outside after each complete start:
 * every acknowledged row is there, or whatever says after a damage that it isn't; nothing is there
 * that nobody wrote; SQLite finds nothing wrong; the newest backup is sound and has it all; what
 * was in a backup once is somewhere still; nothing unfinished lies about; and evidence is the
 * damaged file, byte by byte.
 */
final class PromiseCheck {
  private final Path db;
  private final WriterSupply jvms;
  private final TortureTally tally;
  private final AcknowledgedRows rows = new AcknowledgedRows();
  private final BackupSets backups;
  private final DestroyedRows destroyed;

  /** What the main file was, whenever it was damaged and nobody had it open. */
  private final Set<String> damagedFiles = new HashSet<>();

  /** What reports called destroyed; they may be deleted with older evidence. */
  private final Set<Long> reported = new HashSet<>();

  /** What was found in logs that the guard kept, because SQLite ends at their broken frames. */
  private final Set<Long> inKeptLogs = new HashSet<>();

  private Set<String> olderReports = Set.of();
  private InjectedDamage damage;
  private boolean everDamaged;

  PromiseCheck(Path db, WriterSupply jvms, TortureTally tally) {
    this.db = db;
    this.jvms = jvms;
    this.tally = tally;
    this.backups = new BackupSets(db);
    this.destroyed = new DestroyedRows(db);
  }

  AcknowledgedRows rows() {
    return rows;
  }

  /** Whether there was damage since the last complete start. */
  boolean isDamaged() {
    return damage != null;
  }

  void beforeDamage(InjectedDamage kind) throws IOException {
    olderReports = destroyed.reports();
    damage = kind;
    everDamaged = true;
  }

  /** Nobody may have the database open. */
  void beforeStart() throws Exception {
    if (isDamaged()) {
      damagedFiles.add(Images.hash(db));
    }
  }

  /**
   * Before the application writes.
   *
   * @param last whether no other start has come since, which may have been killed at work
   * @param room whether there was always room for a backup
   */
  void afterStart(boolean last, boolean room) throws Exception {
    Set<Long> found = BackupSets.rows(db);
    assertEquals("ok", BackupSets.check(db));
    Set<Long> missing = rows.missing(found, isDamaged());
    if (isDamaged()) {
      assertSomethingTells(missing);
    } else {
      assertEquals(Set.of(), missing, "rows are lost");
      assertTrue(
          !room || !last || found.equals(backups.newest()),
          "the newest backup has what was there at the start");
    }
    Set<Long> elsewhere = destroyed.quarantined();
    elsewhere.addAll(inKeptLogs);
    backups.assertNoneIsWorse(found, elsewhere);
    if (last) {
      assertNothingUnfinished();
    }
    assertEvidence();
    rows.settle(found, missing);
    damage = null;
  }

  /** Nobody has the database open any more: says where everything is. */
  void atTheEnd() throws Exception {
    Set<Long> found = BackupSets.rows(db);
    assertEquals(Set.of(), rows.missing(found, false));
    Set<Long> gone = new TreeSet<>(rows.destroyed());
    tally.add(Count.ACKNOWLEDGED, rows.acknowledged());
    tally.add(Count.FOUND, rows.acknowledged() - gone.size());
    tally.add(Count.IN_BACKUPS, take(gone, backups.all()));
    tally.add(Count.QUARANTINED, take(gone, destroyed.quarantined()));
    tally.add(Count.IN_LOG, take(gone, inKeptLogs));
    tally.add(Count.REPORTED, take(gone, reported));
    assertEquals(Set.of(), gone);
  }

  /** Nothing can replace a damaged file: it has to be what it was, and the backups too. */
  void leftAlone() throws Exception {
    assertTrue(isDamaged(), "a sound database can't be used");
    assertTrue(damagedFiles.contains(Images.hash(db)), "it was changed");
    backups.assertNoneIsWorse(Set.of(), destroyed.quarantined());
    Set<Long> missing = rows.missing(backups.all(), true);
    tally.add(Count.LEFT_ALONE);
    tally.add(Count.ACKNOWLEDGED, rows.acknowledged());
    tally.add(Count.IN_BACKUPS, rows.acknowledged() - missing.size());
    tally.add(Count.IN_LEFT_FILE, missing.size());
  }

  private void assertSomethingTells(Set<Long> missing) throws Exception {
    Set<String> reports = destroyed.reports();
    reports.removeAll(olderReports);
    if (!reports.isEmpty()) {
      tally.add(Count.REPAIRS);
    }
    Set<Long> named = DestroyedRows.named(missing, reports);
    reported.addAll(named);
    Set<Long> untold = new TreeSet<>(missing);
    untold.removeAll(named);
    untold.removeAll(destroyed.quarantined());
    untold.removeAll(backups.all());
    if (!untold.isEmpty() && damage == InjectedDamage.DESTROYED_LOG) {
      lookIntoKeptLog(untold);
      untold.removeAll(inKeptLogs);
      untold.removeAll(reported);
    }
    assertEquals(Set.of(), untold, "rows are lost, and nothing tells");
  }

  /**
   * As somebody would who reads the guard's line. Of a broken frame the salvage can't give back
   * every row, and no checksum says which of them are what they were: it names their keys.
   */
  private void lookIntoKeptLog(Set<Long> wanted) throws Exception {
    Path saved = jvms.newFile();
    Files.delete(saved);
    Path kept = Databases.beside(db, ".corrupt");
    GuardedJvm.Ended salvage = Command.run("salvage", "--json", kept, saved);
    assertTrue(Files.exists(saved), salvage.errors()::toString);
    Set<Long> altered = new TreeSet<>();
    inKeptLogs.addAll(BackupSets.rows(saved, altered));
    // The name that it has beside evidence.
    String report = String.join("", salvage.output()).replaceFirst("\"report\"", "\"salvage\"");
    altered.removeAll(DestroyedRows.named(altered, Set.of(report)));
    assertEquals(Set.of(), altered, "these aren't what was written, and nothing tells");
    Set<Long> lost = new TreeSet<>(wanted);
    lost.removeAll(inKeptLogs);
    reported.addAll(DestroyedRows.named(lost, Set.of(report)));
  }

  private static int take(Set<Long> from, Set<Long> what) {
    int before = from.size();
    from.removeAll(what);
    return before - from.size();
  }

  private void assertNothingUnfinished() throws IOException {
    for (String name : Databases.filesOf(db)) {
      assertFalse(name.contains(".sqlguard-"), name);
    }
  }

  private void assertEvidence() throws Exception {
    for (String name : Databases.filesOf(db)) {
      if (name.contains(".corrupt")) {
        assertTrue(everDamaged, "evidence of a damage that there never was: " + name);
      }
      Path file = db.resolveSibling(name);
      if (name.matches(".*\\.corrupt(\\.\\d+)?") && Files.size(file) > 0) {
        assertTrue(damagedFiles.contains(Images.hash(file)), name + " is no file that was damaged");
      }
    }
  }
}
