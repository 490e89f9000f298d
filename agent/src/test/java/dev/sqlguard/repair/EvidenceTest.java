package dev.sqlguard.repair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.fault.DurableDisk;
import dev.sqlguard.store.fault.Loss;
import dev.sqlguard.store.fault.Losses;
import dev.sqlguard.store.fault.Recording;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs whose main file is gone, and damaged originals, beside each other. */
class EvidenceTest {
  @TempDir Path directory;

  private final Disk disk = new Disk();
  private Path main;
  private StateFile state;

  @BeforeEach
  void openState() throws Exception {
    main = directory.resolve("a.db");
    FileStat model = FileStat.privateTo(directory);
    state = StateFile.open(directory.resolve("a.db.sqlguard"), model, disk, 0).orElseThrow();
  }

  @AfterEach
  void closeState() throws Exception {
    state.close();
  }

  /** A planted state file must not lead a repair to somebody's files. */
  @Test
  void onlyNamesBesideTheDatabaseAreNamesOfEvidence() {
    assertTrue(evidence(1).files().isName("a.db.corrupt"));
    assertTrue(evidence(1).files().isName("a.db.corrupt.12"));
    for (String name :
        List.of("../a.db.corrupt", "a.db", "a.db.corrupt/../b", "b.db.corrupt", "")) {
      assertFalse(evidence(1).files().isName(name), name);
    }
  }

  private Evidence evidence(int kept) {
    return new Evidence(main, state, disk, new Parked(), kept);
  }

  private Path beside(String suffix) {
    return directory.resolve("a.db" + suffix);
  }

  private OrphanedLog.Kept keepLog(int kept, String log) throws IOException {
    Files.writeString(beside("-wal"), log);
    return new OrphanedLog(main, evidence(kept), disk).keep();
  }

  /** As an installation does. */
  private List<Path> keepOriginal(int kept, String content) throws IOException {
    Path name = evidence(kept).makeRoom();
    Files.writeString(name, content);
    evidence(kept).record(name, false);
    return evidence(kept).trim(name);
  }

  @Test
  void aLogIsKeptBesideAnEmptyFile() throws Exception {
    assertEquals(new OrphanedLog.Kept(beside(".corrupt"), List.of()), keepLog(3, "log"));
    assertEquals(0, Files.size(beside(".corrupt")));
    assertEquals("log", Files.readString(beside(".corrupt-wal")));
    assertTrue(evidence(3).isOurs(beside(".corrupt")));
  }

  @Test
  void theSameLogIsKeptOnce() throws Exception {
    keepLog(3, "log");
    keepLog(3, "log");
    assertEquals("log", Files.readString(beside(".corrupt-wal")));
    assertFalse(Files.exists(beside(".corrupt.1")));
    assertFalse(Files.exists(beside(".corrupt.1-wal")));
  }

  @Test
  void aLogIsTheOnlyCarrierOfItsRowsAndNeverDeleted() throws Exception {
    keepLog(1, "first log");
    keepLog(1, "second log");
    assertEquals(List.of(), keepOriginal(1, "first original"));
    assertEquals(List.of(beside(".corrupt.1")), keepOriginal(1, "second original"));
    assertEquals("second original", Files.readString(beside(".corrupt")));
    assertEquals("second log", Files.readString(beside(".corrupt.2-wal")));
    assertEquals("first log", Files.readString(beside(".corrupt.3-wal")));
  }

  @Test
  void originalsBeyondTheirNumberGoAndAreNamed() throws Exception {
    for (String content : List.of("one", "two", "three")) {
      keepOriginal(3, content);
    }
    OrphanedLog.Kept kept = keepLog(1, "log");
    assertEquals(List.of(beside(".corrupt.3"), beside(".corrupt.2")), kept.deleted());
    assertEquals("log", Files.readString(beside(".corrupt-wal")));
    assertEquals("three", Files.readString(beside(".corrupt.1")));
    assertFalse(Files.exists(beside(".corrupt.2")));
    assertFalse(Files.exists(beside(".corrupt.3")));
  }

  /** As {@link #keepOriginal}, with a log, a report and rows in quarantine. */
  private List<Path> keepWithQuarantine(int kept, String content, String rows) throws IOException {
    Path name = evidence(kept).makeRoom();
    Files.writeString(name, content);
    Files.writeString(Path.of(name + "-wal"), "log of " + content);
    Files.writeString(EvidenceFiles.reportOf(name), "report of " + content);
    Files.writeString(EvidenceFiles.quarantineOf(name), rows);
    evidence(kept).record(name, false);
    return evidence(kept).trim(name);
  }

  @Test
  void ofOriginalsBeyondTheirNumberRowsInQuarantineStay() throws Exception {
    assertEquals(List.of(), keepWithQuarantine(1, "first", "rows 1"));
    assertEquals(List.of(beside(".corrupt.1")), keepWithQuarantine(1, "second", "rows 2"));
    assertEquals(List.of(beside(".corrupt.1")), keepWithQuarantine(1, "third", "rows 3"));
    assertEquals("third", Files.readString(beside(".corrupt")));
    assertEquals("log of third", Files.readString(beside(".corrupt-wal")));
    for (String[] older :
        new String[][] {{".corrupt.1", "second", "2"}, {".corrupt.2", "first", "1"}}) {
      Path name = beside(older[0]);
      assertEquals(0, Files.size(name));
      assertTrue(evidence(1).isOurs(name) && evidence(1).isEmptied(name));
      assertFalse(Files.exists(Path.of(name + "-wal")));
      assertEquals("report of " + older[1], Files.readString(EvidenceFiles.reportOf(name)));
      assertEquals("rows " + older[2], Files.readString(EvidenceFiles.quarantineOf(name)));
    }
    assertFalse(evidence(1).isEmptied(beside(".corrupt")));
    assertFalse(Files.exists(beside(".corrupt.3")));
  }

  @Test
  void theSameRowsInQuarantineAreKeptOnce() throws Exception {
    keepWithQuarantine(1, "first", "the same rows");
    keepWithQuarantine(1, "second", "others");
    keepWithQuarantine(1, "first", "the same rows");
    assertEquals("others", Files.readString(beside(".corrupt.1.quarantine.db")));
    assertFalse(Files.exists(beside(".corrupt.2")));
    assertFalse(Files.exists(beside(".corrupt.2.quarantine.db")));
  }

  @Test
  void whereRowsInQuarantineWereChangedTheOriginalStays() throws Exception {
    keepWithQuarantine(1, "first", "rows");
    Files.writeString(beside(".corrupt.quarantine.db"), "no more rows");
    assertEquals(List.of(), keepWithQuarantine(1, "second", "rows 2"));
    assertEquals("first", Files.readString(beside(".corrupt.1")));
    assertEquals("log of first", Files.readString(beside(".corrupt.1-wal")));
  }

  @Test
  void sideFilesThatAnInterruptedRunLeftGoWithTheNextOne() throws Exception {
    keepWithQuarantine(1, "first", "rows 1");
    keepWithQuarantine(1, "second", "rows 2");
    Files.writeString(beside(".corrupt.1-wal"), "log of first");
    keepWithQuarantine(1, "third", "rows 3");
    assertEquals("rows 1", Files.readString(beside(".corrupt.2.quarantine.db")));
    assertFalse(Files.exists(beside(".corrupt.2-wal")));
  }

  /** Then the newest has the highest number. */
  @Test
  void theOldestGoesAlsoWhereNumbersSayNothing() throws Exception {
    Files.writeString(beside(".corrupt"), "mine");
    assertEquals(List.of(), keepOriginal(2, "one"));
    assertEquals(List.of(), keepOriginal(2, "two"));
    assertEquals(List.of(beside(".corrupt.1")), keepOriginal(2, "three"));
    assertEquals(List.of(beside(".corrupt.2")), keepOriginal(2, "four"));
    assertEquals("mine", Files.readString(beside(".corrupt")));
    assertEquals("four", Files.readString(beside(".corrupt.1")));
    assertEquals("three", Files.readString(beside(".corrupt.3")));
  }

  @Test
  void filesOfSomebodyElseUnderAllNamesAreNotTakenForEvidence() throws Exception {
    for (int i = 0; i < 200; i++) {
      Files.writeString(beside(".corrupt" + (i == 0 ? "" : "." + i)), "mine");
    }
    assertThrows(IOException.class, () -> keepLog(3, "log"));
    for (int i = 1; i < 200; i++) {
      assertEquals("mine", Files.readString(beside(".corrupt." + i)));
      assertFalse(Files.exists(beside(".corrupt." + i + "-wal")));
    }
  }

  @Test
  void evidenceThatIsGoneIsForgotten() throws Exception {
    for (int i = 0; i < 2000; i++) {
      Files.deleteIfExists(beside(".corrupt"));
      keepOriginal(3, "original " + i);
      state.save(disk);
    }
    assertTrue(evidence(3).isOurs(beside(".corrupt")));
  }

  @Test
  void anOriginalThatMovesUpHasANameOnDiskAllTheTime() throws Exception {
    keepOriginal(3, "first");
    Files.writeString(beside(".corrupt-wal"), "log");
    Files.writeString(beside(".corrupt.report.json"), "{}");
    Recording recording = new Recording(List.of(directory), path -> false);
    new Evidence(main, state, new Disk(recording), new Parked(), 3).makeRoom();
    recording.replay(
        (step, now) ->
            Losses.ofNames(now)
                .forEach(
                    (name, loss) -> {
                      List<String> left = new ArrayList<>();
                      now.after(loss).values().forEach(file -> left.add(text(file)));
                      for (String content : List.of("first", "log", "{}")) {
                        assertTrue(left.contains(content), step + ", " + name + ": " + left);
                      }
                    }));
  }

  /** What is left of it would take its number for ever. */
  @Test
  void nothingOfAnOriginalOutlivesItOnDisk() throws Exception {
    keepOriginal(3, "first");
    Files.writeString(beside(".corrupt-wal"), "log");
    Files.writeString(beside(".corrupt.report.json"), "{}");
    Recording recording = new Recording(List.of(directory), path -> false);
    new Evidence(main, state, new Disk(recording), new Parked(), 3).withdraw(beside(".corrupt"));
    recording.replay(
        (step, now) ->
            Losses.ofNames(now)
                .forEach(
                    (name, loss) -> {
                      Set<Path> left = now.after(loss).keySet();
                      boolean whole = left.contains(beside(".corrupt"));
                      assertTrue(whole || left.size() == 1, step + ", " + name + ": " + left);
                    }));
  }

  private static String text(DurableDisk.Remnant file) {
    return new String(file.content(), StandardCharsets.ISO_8859_1);
  }

  /** It would keep the database from ever being replaced, if nobody knew of it any more. */
  @Test
  void aSecondNameThatIsWithdrawnIsGoneFromTheDisk() throws Exception {
    Files.writeString(main, "database");
    Files.createLink(beside(".corrupt"), main);
    Recording recording = new Recording(List.of(directory), path -> false);
    new Evidence(main, state, new Disk(recording), new Parked(), 3).withdraw(beside(".corrupt"));
    DurableDisk now = recording.start();
    recording.steps().forEach(step -> step.apply(now));
    assertFalse(now.after(Loss.ofEverything()).containsKey(beside(".corrupt")));
  }

  /** Power was lost before all names were on disk. */
  @Test
  void copiesBesideASecondNameThatIsMissingAreClearedAway() throws Exception {
    Files.writeString(main, "database");
    Files.writeString(beside(".corrupt-wal"), "half a lo");
    Files.writeString(beside(".corrupt.report.json"), "");
    evidence(3).withdrawSecondName(beside(".corrupt"));
    assertFalse(Files.exists(beside(".corrupt-wal")));
    assertEquals(beside(".corrupt"), evidence(3).makeRoom());
  }
}
