package dev.sqlguard.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.fault.AfterPowerLoss;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.DurableDisk;
import dev.sqlguard.store.fault.FailingSyscalls;
import dev.sqlguard.store.fault.Failure;
import dev.sqlguard.store.fault.Loss;
import dev.sqlguard.store.fault.Losses;
import dev.sqlguard.store.fault.Recording;
import dev.sqlguard.store.fault.StoppingSyscalls;
import dev.sqlguard.verify.Contents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots, on images of two pages that differ in one byte. */
class RotationTest {
  private static final long AN_HOUR = 3_600_000;

  @TempDir Path directory;

  private final Disk disk = new Disk();
  private Path main;
  private StateFile state;
  private BackupNames names;

  @BeforeEach
  void openState() throws Exception {
    main = Files.write(directory.resolve("a.db"), image(0));
    names = BackupNames.beside(main);
    state = StateFile.open(names.state(), model(), disk, 0).orElseThrow();
  }

  @AfterEach
  void closeState() throws Exception {
    state.close();
  }

  private FileStat model() throws IOException {
    return FileStat.ofEntry(main).orElseThrow();
  }

  private static byte[] image(int content) {
    byte[] image = Arrays.copyOf(DatabaseHeader.substitute(512, 2), 1024);
    image[1000] = (byte) content;
    return image;
  }

  private static Contents rows(long count) {
    return new Contents(new TreeMap<>(Map.of("t", count)));
  }

  private Catalog catalog() {
    return new Catalog(state, names, disk);
  }

  private Rotation rotation(int slots, long spacing) {
    return new Rotation(catalog(), slots, spacing, AN_HOUR);
  }

  private Rotation.Result place(Rotation rotation, int content) throws IOException {
    Files.write(names.staged(), image(content));
    return rotation.place(names.staged(), model(), false, rows(content));
  }

  private Path slot(int number) {
    return names.series().get(0).slot(number);
  }

  private void assertHolds(int content, Path file) throws IOException {
    assertArrayEquals(image(content), Files.readAllBytes(file), file.toString());
  }

  private List<String> files() throws IOException {
    try (var all = Files.list(directory)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void slotsFillAndThenOnlyTheNewestIsReplaced() throws Exception {
    Rotation rotation = rotation(3, AN_HOUR);
    for (int content = 1; content <= 6; content++) {
      assertInstanceOf(Rotation.Result.Placed.class, place(rotation, content));
    }
    assertHolds(6, slot(0));
    assertHolds(2, slot(1));
    assertHolds(1, slot(2));
    assertEquals(List.of("a.db", "a.db.bak", "a.db.bak.1", "a.db.bak.2", "a.db.sqlguard"), files());
  }

  @Test
  void withoutSpacingEachMovesUp() throws Exception {
    Rotation rotation = rotation(3, 0);
    for (int content = 1; content <= 6; content++) {
      place(rotation, content);
    }
    assertHolds(6, slot(0));
    assertHolds(5, slot(1));
    assertHolds(4, slot(2));
  }

  @Test
  void aGapIsFilledAndNothingBehindItMoves() throws Exception {
    Rotation rotation = rotation(3, AN_HOUR);
    for (int content = 1; content <= 3; content++) {
      place(rotation, content);
    }
    Files.delete(slot(1));
    place(rotation, 4);
    assertHolds(4, slot(0));
    assertHolds(3, slot(1));
    assertHolds(1, slot(2));
  }

  @Test
  void theSameContentLeavesFileAndTimeAlone() throws Exception {
    Rotation rotation = rotation(2, 0);
    place(rotation, 1);
    FileStat before = FileStat.ofEntry(slot(0)).orElseThrow();
    assertInstanceOf(Rotation.Result.Unchanged.class, place(rotation, 1));
    assertTrue(FileStat.ofEntry(slot(0)).orElseThrow().isUnchangedFrom(before));
    assertEquals(List.of("a.db", "a.db.bak", "a.db.sqlguard"), files());
  }

  @Test
  void foreignFilesInBothSeriesStayAndTheCopyGoes() throws Exception {
    byte[] foreign = "mine".getBytes();
    Path first = Files.write(slot(0), foreign);
    Path second = Files.write(names.series().get(1).slot(1), foreign);
    assertEquals(new Rotation.Result.NoFreeSeries(first), place(rotation(2, 0), 1));
    assertArrayEquals(foreign, Files.readAllBytes(first));
    assertArrayEquals(foreign, Files.readAllBytes(second));
    assertFalse(Files.exists(names.staged()));
  }

  /** SQLite would replay it into the backup, or delete it, whoever opens the backup. */
  @ParameterizedTest
  @ValueSource(strings = {".bak-wal", ".bak-journal", ".bak.1-wal", ".bak.1-journal"})
  void noBackupComesBesideALogOfSomebodyElse(String suffix) throws Exception {
    Path log = Files.writeString(Path.of(main + suffix), "mine");
    place(rotation(2, 0), 1);
    place(rotation(2, 0), 2);
    assertHolds(2, names.series().get(1).slot(0));
    assertHolds(1, names.series().get(1).slot(1));
    assertEquals("mine", Files.readString(log));
    assertEquals(
        List.of(
            "a.db", "a.db" + suffix, "a.db.sqlguard", "a.db.sqlguard.bak", "a.db.sqlguard.bak.1"),
        files());
  }

  @Test
  void aLogThatSqliteLeftUnfoldedIsNoBackup() throws Exception {
    place(rotation(2, 0), 1);
    Files.write(Path.of(names.staged() + "-wal"), new byte[100]);
    assertThrows(IOException.class, () -> place(rotation(2, 0), 2));
    assertHolds(1, slot(0));
  }

  @Test
  void aCompleteCopyThatWasLeftBecomesTheNewest() throws Exception {
    place(rotation(2, AN_HOUR), 1);
    Files.write(names.staged(), image(2));
    FileStat staged = FileStat.ofEntry(names.staged()).orElseThrow();
    String hash = Catalog.hashOf(names.staged());
    catalog().add(BackupRecord.of(staged, hash, System.currentTimeMillis(), false, false, rows(2)));
    rotation(2, AN_HOUR).settle(names.staged());
    assertHolds(2, slot(0));
    assertHolds(1, slot(1));
    assertFalse(Files.exists(names.staged()));
  }

  @Test
  void anIncompleteCopyThatWasLeftGoes() throws Exception {
    place(rotation(2, 0), 1);
    Files.write(names.staged(), Arrays.copyOf(image(2), 700));
    Files.write(Path.of(names.staged() + "-journal"), new byte[10]);
    rotation(2, 0).settle(names.staged());
    assertHolds(1, slot(0));
    assertEquals(List.of("a.db", "a.db.bak", "a.db.sqlguard"), files());
  }

  @Test
  void aLinkUnderTheStagedNameIsNotFollowed() throws Exception {
    Path other = Files.write(directory.resolve("other"), image(9));
    Files.createSymbolicLink(names.staged(), other);
    assertThrows(IOException.class, () -> rotation(2, 0).settle(names.staged()));
    assertHolds(9, other);
    assertTrue(Files.isSymbolicLink(names.staged()));
  }

  @Test
  void copiedBackupsAreKnownByTheirContent() throws Exception {
    place(rotation(2, 0), 1);
    place(rotation(2, 0), 2);
    for (Path file : List.of(slot(0), slot(1))) {
      Path copy = Files.copy(file, directory.resolve("copy"));
      Files.delete(file);
      Files.move(copy, file);
      Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
    }
    List<Catalog.Entry> entries = catalog().entries();
    assertEquals(List.of(slot(0), slot(1)), entries.stream().map(Catalog.Entry::file).toList());
    assertEquals(List.of(), catalog().strangers());
  }

  /** Size and time of a file say little: somebody may have set the time. */
  @Test
  void aBackupWhoseBytesChangedIsNotIntact() throws Exception {
    place(rotation(2, 0), 1);
    BackupRecord record = catalog().identify(slot(0)).orElseThrow();
    Files.write(slot(0), image(7));
    assertFalse(catalog().isIntact(slot(0), record));
  }

  private KeptBackups.Result keep() throws IOException {
    return new KeptBackups(catalog()).keep(slot(0));
  }

  private Path kept(int number) {
    return names.series().get(0).keep(number);
  }

  private void placeAndKeep(int... contents) throws IOException {
    for (int content : contents) {
      place(rotation(1, 0), content);
      assertInstanceOf(KeptBackups.Result.Kept.class, keep());
    }
  }

  @Test
  void eachContentIsKeptOnceUnderANumberOfItsOwn() throws Exception {
    placeAndKeep(50);
    assertInstanceOf(KeptBackups.Result.NothingToDo.class, keep());
    placeAndKeep(10, 60);
    assertInstanceOf(KeptBackups.Result.NothingToDo.class, keep());
    place(rotation(1, 0), 50);
    assertInstanceOf(KeptBackups.Result.NothingToDo.class, keep());
    assertHolds(50, kept(0));
    assertHolds(10, kept(1));
    assertHolds(60, kept(2));
    assertFalse(Files.exists(kept(3)));
  }

  @Test
  void aFifthTakesThePlaceOfThePoorestBetweenTheFirstAndItself() throws Exception {
    placeAndKeep(5, 30, 90, 20);
    place(rotation(1, 0), 1);
    KeptBackups.Result.Kept fifth = assertInstanceOf(KeptBackups.Result.Kept.class, keep());
    assertEquals(kept(3), fifth.file());
    assertEquals(20, fifth.deleted().orElseThrow().rows());
    placeAndKeep(2);
    assertHolds(5, kept(0));
    assertHolds(30, kept(1));
    assertHolds(90, kept(2));
    assertHolds(2, kept(3));
    placeAndKeep(40, 50);
    assertHolds(5, kept(0));
    assertHolds(90, kept(2));
    assertEquals(4, catalog().kept().size());
    assertFalse(Files.exists(names.stagedLink()));
  }

  /** The first may be the one that nobody else remembers; the newest is the loss of today. */
  @Test
  void manyLossesLeaveTheFirstTheRichestAndTheNewest() throws Exception {
    for (int i = 0; i < 40; i++) {
      placeAndKeep(3 + i * 37 % 100);
      List<Long> rows = catalog().kept().stream().map(entry -> entry.record().rows()).toList();
      long richest = 0;
      for (int j = 0; j <= i; j++) {
        richest = Math.max(richest, 3 + j * 37 % 100);
      }
      assertTrue(rows.contains(richest) && rows.contains(3L), rows::toString);
      assertEquals(3L + i * 37 % 100, rows.get(0), rows::toString);
      assertTrue(rows.size() <= 4);
    }
  }

  @Test
  void foreignFilesUnderTheNamesOfKeptBackupsStay() throws Exception {
    byte[] foreign = "mine".getBytes();
    Files.write(kept(0), foreign);
    placeAndKeep(50, 40);
    assertHolds(50, kept(1));
    assertHolds(40, kept(2));
    assertArrayEquals(foreign, Files.readAllBytes(kept(0)));
  }

  @Test
  void aBackupThatCannotBeKeptIsSaidToBe() throws Exception {
    for (BackupNames.Series series : names.series()) {
      for (Path keep : series.keeps()) {
        Files.write(keep, "mine".getBytes());
      }
    }
    place(rotation(1, 0), 50);
    assertEquals(new KeptBackups.Result.NoPlace(kept(0)), keep());
    assertEquals("mine", Files.readString(kept(3)));
  }

  @Test
  void whereThereAreNoLinksTheKeptBackupIsACopy() throws Exception {
    Disk withoutLinks =
        new Disk() {
          @Override
          public boolean tryLink(Path existing, Path name) {
            return false;
          }
        };
    place(rotation(1, 0), 50);
    new KeptBackups(new Catalog(state, names, withoutLinks)).keep(slot(0));
    assertHolds(50, kept(0));
    assertEquals(1, (Integer) Files.getAttribute(kept(0), "unix:nlink"));
    assertEquals(model().mode(), FileStat.ofEntry(kept(0)).orElseThrow().mode());
    assertInstanceOf(KeptBackups.Result.NothingToDo.class, keep());
  }

  @Test
  void severalHundredBackupsLeaveAStateFileThatStillSaves() throws Exception {
    Rotation rotation = rotation(2, 0);
    for (int round = 0; round < 300; round++) {
      byte[] image = image(round);
      image[1001] = (byte) (round >> 8);
      Files.write(names.staged(), image);
      rotation.place(names.staged(), model(), false, rows(round));
    }
    assertEquals(2, catalog().entries().size());
    assertEquals(299, catalog().entries().get(0).record().rows());
  }

  /** Renames may reach the disk in any order, the last one alone too. */
  @Test
  void aBackupHasItsNewNameOnDiskBeforeItsOldOneIsGivenAway() throws Exception {
    place(rotation(3, 0), 1);
    place(rotation(3, 0), 2);
    assertNeverLost(Set.of(1, 2), 3);
  }

  @Test
  void theOldestBackupGoesForOneWhoseNameIsOnDisk() throws Exception {
    place(rotation(2, 0), 1);
    place(rotation(2, 0), 2);
    assertNeverLost(Set.of(2), 2);
  }

  /** Whatever becomes of the names that aren't on disk while content 3 gets its slot. */
  private void assertNeverLost(Set<Integer> contents, int slots) throws Exception {
    Recording recording = new Recording(List.of(directory), names.staged()::equals);
    Catalog catalog = new Catalog(state, names, new Disk(recording));
    Files.write(names.staged(), image(3));
    new Rotation(catalog, slots, 0, AN_HOUR).place(names.staged(), model(), false, rows(3));
    recording.replay(
        (step, now) -> {
          Map<String, Loss> losses = Losses.ofNames(now);
          losses.putAll(Losses.ofWholeKinds());
          losses.forEach(
              (name, loss) -> {
                Set<Integer> left = contentsIn(now.after(loss));
                assertTrue(left.containsAll(contents), step + ", " + name + ": " + left);
                assertTrue(left.size() >= 2, step + ", " + name + ": " + left);
              });
        });
  }

  private Set<Integer> contentsIn(Map<Path, DurableDisk.Remnant> left) {
    Set<Integer> found = new TreeSet<>();
    left.forEach(
        (path, file) -> {
          boolean whole = file.content().length == 1024 && file.content()[1000] != 0;
          assertTrue(whole || path.equals(names.staged()) || !isBackup(path), path.toString());
          if (whole && !path.equals(main)) {
            found.add((int) file.content()[1000]);
          }
        });
    return found;
  }

  /** Who is killed between writing and fsync leaves a record that the next one sees. */
  @Test
  void aCopyGetsItsSlotOnceItsRecordIsOnDisk() throws Exception {
    place(rotation(2, 0), 1);
    Recording recording = new Recording(List.of(directory), names.staged()::equals);
    Files.write(names.staged(), image(2));
    recording.dyingBefore(call -> call.kind() == Kind.SYNC && call.path().equals(names.state()));
    Catalog dying = new Catalog(state, names, new Disk(recording));
    assertThrows(
        StoppingSyscalls.Stopped.class,
        () -> new Rotation(dying, 2, 0, AN_HOUR).place(names.staged(), model(), false, rows(2)));
    recording.revive();
    state.close();
    state = StateFile.open(names.state(), model(), disk, 0).orElseThrow();
    Catalog next = new Catalog(state, names, new Disk(recording));
    new Rotation(next, 2, 0, AN_HOUR).settle(names.staged());
    assertHolds(2, slot(0));
    state.close();
    DurableDisk now = recording.start();
    recording.steps().forEach(step -> step.apply(now));
    AfterPowerLoss.make(List.of(directory), now.after(Loss.ofEverything()));
    state = StateFile.open(names.state(), model(), disk, 0).orElseThrow();
    assertHolds(2, slot(0));
    assertTrue(catalog().identify(slot(0)).isPresent());
  }

  /** The oldest of three has gone for the second, whose place the newest doesn't reach. */
  @Test
  void aCopyStaysWhereAnOlderBackupDoesNotReachItsPlace() throws Exception {
    for (int content = 1; content <= 3; content++) {
      place(rotation(3, 0), content);
    }
    Disk failing =
        new Disk(
            new FailingSyscalls(call -> call.is(Kind.RENAME, "a.db.bak"), Failure.IO_ERROR, false));
    Files.write(names.staged(), image(4));
    Rotation rotation = new Rotation(new Catalog(state, names, failing), 3, 0, AN_HOUR);
    assertThrows(IOException.class, () -> rotation.place(names.staged(), model(), false, rows(4)));
    assertTrue(rotation.isUnderWay(names.staged()));
    rotation(3, 0).settle(names.staged());
    assertEquals(3, catalog().entries().size());
  }

  /** As a disk does it: nothing tells but what the file holds. */
  private static void rot(Path file) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(700);
      bytes.write(99);
    }
    Files.setLastModifiedTime(file, modified);
  }

  private Rotation reading(Disk by) {
    return new Rotation(new Catalog(state, names, by), 2, 0, 0);
  }

  private void withTwoOfWhichTheNewestIsRotten() throws IOException {
    place(rotation(2, 0), 1);
    place(rotation(2, 0), 2);
    rot(slot(0));
  }

  @Test
  void aRottenBackupGivesItsPlaceToACopyOfTheSameContent() throws Exception {
    withTwoOfWhichTheNewestIsRotten();
    assertEquals(new Rotation.Result.Renewed(slot(0), 1024), place(reading(disk), 2));
    assertHolds(2, slot(0));
    assertHolds(1, slot(1));
    assertInstanceOf(Rotation.Result.Unchanged.class, place(reading(disk), 2));
    assertEquals(List.of("a.db", "a.db.bak", "a.db.bak.1", "a.db.sqlguard"), files());
  }

  @Test
  void aBackupIsReadOnceInAWhile() throws Exception {
    place(rotation(2, 0), 2);
    assertInstanceOf(Rotation.Result.Unchanged.class, place(reading(disk), 2));
    long read = catalog().identify(slot(0)).orElseThrow().readAt();
    assertTrue(read >= catalog().identify(slot(0)).orElseThrow().madeAt());
    rot(slot(0));
    assertInstanceOf(Rotation.Result.Unchanged.class, place(rotation(2, 0), 2));
    assertEquals(read, catalog().identify(slot(0)).orElseThrow().readAt());
  }

  @Test
  void aClockThatWasSetBackMakesNoBackupTrusted() throws Exception {
    place(rotation(2, 0), 2);
    BackupRecord record = catalog().identify(slot(0)).orElseThrow();
    catalog().add(record.asRead(System.currentTimeMillis() + 10 * AN_HOUR));
    rot(slot(0));
    assertInstanceOf(Rotation.Result.Renewed.class, place(rotation(2, 0), 2));
  }

  /** Closing it would release the locks that the application has on it. */
  @Test
  void aBackupThatThisProcessHasOpenIsNotRead() throws Exception {
    withTwoOfWhichTheNewestIsRotten();
    try (RandomAccessFile open = new RandomAccessFile(slot(0).toFile(), "rw")) {
      assertNotNull(open.getChannel().tryLock(0, 1, false));
      assertInstanceOf(Rotation.Result.Unchanged.class, place(reading(disk), 2));
    }
    assertInstanceOf(Rotation.Result.Renewed.class, place(reading(disk), 2));
  }

  /** Nothing of the rotten one moves up, whoever gives the copy its place. */
  @Test
  void aCopyForARottenBackupThatStopsShortOfItsPlaceGetsItLater() throws Exception {
    withTwoOfWhichTheNewestIsRotten();
    Files.write(names.staged(), image(2));
    Disk dying = new Disk(new StoppingSyscalls(call -> call.kind() == Kind.RENAME));
    assertThrows(
        StoppingSyscalls.Stopped.class,
        () -> reading(dying).place(names.staged(), model(), false, rows(2)));
    new Rotation(catalog(), 3, 0, AN_HOUR).settle(names.staged());
    assertHolds(2, slot(0));
    assertHolds(1, slot(1));
    assertFalse(Files.exists(slot(2)));
  }

  @Test
  void aRottenBackupStaysWhereItsCopyDoesNotReachTheDisk() throws Exception {
    withTwoOfWhichTheNewestIsRotten();
    byte[] rotten = Files.readAllBytes(slot(0));
    Disk full =
        new Disk(
            new FailingSyscalls(call -> call.is(Kind.SYNC, "-staged"), Failure.NO_SPACE, true));
    Files.write(names.staged(), image(2));
    assertThrows(
        IOException.class, () -> reading(full).place(names.staged(), model(), false, rows(2)));
    assertArrayEquals(rotten, Files.readAllBytes(slot(0)));
    assertHolds(1, slot(1));
  }

  private static boolean isBackup(Path path) {
    return path.toString().contains(".bak");
  }
}
