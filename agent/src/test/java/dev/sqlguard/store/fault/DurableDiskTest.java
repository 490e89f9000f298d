package dev.sqlguard.store.fault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.DurableDisk.Attributes;
import dev.sqlguard.store.fault.DurableDisk.Remnant;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DurableDiskTest {
  private static final Path D = Path.of("/d");
  private static final Path OLD = D.resolve("old");
  private static final Path NEW = D.resolve("new");
  private static final int SEEDS = 500;

  private final DurableDisk disk = new DurableDisk();

  @BeforeEach
  void anOldFile() {
    disk.addDurable(OLD, null, 1, filled(1024, 'o'), at(1));
  }

  private static Attributes at(int millis) {
    return new Attributes(0600, 0, 0, FileTime.fromMillis(millis));
  }

  private static byte[] filled(int length, char with) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  private void makeNew(int length) {
    disk.create(NEW, 2, at(2));
    disk.write(NEW, 0, filled(length, 'n'), at(3));
  }

  private static String text(SortedMap<Path, Remnant> left) {
    StringBuilder text = new StringBuilder();
    left.forEach((path, file) -> text.append(path.getFileName()).append(text(file)).append(' '));
    return text.toString().trim();
  }

  /** One character a sector. */
  private static String text(Remnant file) {
    StringBuilder text = new StringBuilder("=");
    for (int at = 0; at < file.content().length; at += 512) {
      char first = (char) file.content()[at];
      text.append(first == 0 ? '0' : first);
    }
    return text.toString();
  }

  private Set<String> allThatMayBeLeft() {
    Set<String> found = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      found.add(text(disk.after(Loss.atRandom(seed))));
    }
    return found;
  }

  @Test
  void whatWasThereStays() {
    assertEquals("old=oo", text(disk.after(Loss.ofEverything())));
    assertEquals(Set.of("old=oo"), allThatMayBeLeft());
  }

  @Test
  void anUnsyncedWriteReachesTheDiskBySectors() {
    disk.write(OLD, 0, filled(1024, 'n'), at(2));
    assertEquals(Set.of("old=oo", "old=no", "old=on", "old=nn"), allThatMayBeLeft());
    assertEquals("old=no", text(disk.after(Loss.ofEverySecondSector())));
    disk.sync(OLD);
    assertEquals(Set.of("old=nn"), allThatMayBeLeft());
  }

  /** What is written over a sector carries what was written before. */
  @Test
  void aSectorIsAsItWasAtSomeMoment() {
    disk.write(OLD, 0, filled(1, 'x'), at(2));
    disk.write(OLD, 1, filled(1, 'y'), at(3));
    for (int seed = 0; seed < SEEDS; seed++) {
      byte[] left = disk.after(Loss.atRandom(seed)).get(OLD).content();
      assertFalse(left[0] == 'o' && left[1] == 'y', "the second write without the first");
    }
    byte[] all = disk.after(Loss.ofNothing()).get(OLD).content();
    assertArrayEquals(new byte[] {'x', 'y', 'o'}, Arrays.copyOf(all, 3));
  }

  @Test
  void aFileMayGrowWithoutItsData() {
    disk.write(OLD, 1024, filled(512, 'n'), at(2));
    assertEquals(Set.of("old=oo", "old=oo0", "old=oon"), allThatMayBeLeft());
  }

  @Test
  void aFileThatIsCutMayKeepItsEnd() {
    disk.resize(OLD, 512, at(2));
    assertEquals(Set.of("old=o", "old=oo", "old=o0"), allThatMayBeLeft());
    disk.sync(OLD);
    assertEquals(Set.of("old=o"), allThatMayBeLeft());
  }

  @Test
  void aNewFileNeedsItsDirectory() {
    makeNew(512);
    disk.sync(NEW);
    assertEquals(Set.of("old=oo", "new=n old=oo"), allThatMayBeLeft());
    disk.syncDirectory(D);
    assertEquals(Set.of("new=n old=oo"), allThatMayBeLeft());
  }

  @Test
  void aNameIsNoData() {
    makeNew(512);
    disk.syncDirectory(D);
    assertEquals(Set.of("new= old=oo", "new=0 old=oo", "new=n old=oo"), allThatMayBeLeft());
  }

  @Test
  void anotherDirectorysNamesStayLoose() {
    makeNew(512);
    disk.syncDirectory(Path.of("/e"));
    assertEquals("old=oo", text(disk.after(Loss.ofEverything())));
  }

  /** The file of no length that took the place of a good one. */
  @Test
  void aRenameOfAnUnsyncedFileMayLoseBoth() {
    makeNew(512);
    disk.rename(NEW, OLD);
    assertEquals("old=", text(disk.after(Loss.ofData())));
    assertEquals("old=0", text(disk.after(Loss.ofDataButSize())));
    assertEquals("old=oo", text(disk.after(Loss.ofNames())));
    assertEquals("old=n", text(disk.after(Loss.ofNothing())));
  }

  @Test
  void aRenameIsWhole() {
    makeNew(512);
    disk.sync(NEW);
    disk.syncDirectory(D);
    disk.rename(NEW, OLD);
    assertEquals(Set.of("new=n old=oo", "old=n"), allThatMayBeLeft());
  }

  @Test
  void renamesMayComeToTheDiskInAnyOrder() {
    Path older = D.resolve("older");
    makeNew(512);
    disk.sync(NEW);
    disk.syncDirectory(D);
    disk.rename(OLD, older);
    disk.rename(NEW, OLD);
    long second = disk.looseNames().get(1);
    assertEquals("old=n", text(disk.after(Loss.ofNamesBut(second))), "the old one has no name");
    assertTrue(allThatMayBeLeft().contains("old=n"));
    Set<String> inOrder = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      for (long last : disk.looseNames()) {
        inOrder.add(text(disk.after(Loss.inOrder(last, seed))));
      }
      inOrder.add(text(disk.after(Loss.inOrder(0, seed))));
    }
    assertEquals(Set.of("new=n old=oo", "new=n older=oo", "old=n older=oo"), inOrder);
  }

  @Test
  void twoNamesAreOneFile() {
    disk.link(OLD, NEW);
    disk.write(NEW, 0, filled(512, 'n'), at(2));
    SortedMap<Path, Remnant> left = disk.after(Loss.ofNothing());
    assertEquals("new=no old=no", text(left));
    assertSame(left.get(OLD), left.get(NEW));
    assertEquals("old=oo", text(disk.after(Loss.ofEverything())));
  }

  @Test
  void aDeletedFileMayComeBack() {
    disk.unlink(OLD);
    disk.unlink(OLD);
    assertEquals(Set.of("", "old=oo"), allThatMayBeLeft());
    disk.syncDirectory(D);
    assertEquals(Set.of(""), allThatMayBeLeft());
    assertEquals(List.of(), disk.looseNames());
  }

  @Test
  void oneChangeIsLost() {
    disk.write(OLD, 0, filled(512, 'a'), at(2));
    disk.write(OLD, 512, filled(512, 'b'), at(3));
    disk.link(OLD, NEW);
    List<Long> changes = disk.looseWrites();
    assertEquals("new=ob old=ob", text(disk.after(Loss.ofOne(changes.get(0)))));
    assertEquals("new=ao old=ao", text(disk.after(Loss.ofOne(changes.get(1)))));
    assertEquals("old=ab", text(disk.after(Loss.ofOne(disk.looseNames().get(0)))));
  }

  @Test
  void attributesAreSyncedWithTheFile() {
    disk.touch(OLD, at(9));
    assertEquals(at(1), disk.after(Loss.ofAttributes()).get(OLD).attributes());
    assertEquals(at(9), disk.after(Loss.ofNothing()).get(OLD).attributes());
    disk.sync(OLD);
    assertEquals(at(9), disk.after(Loss.ofEverything()).get(OLD).attributes());
  }
}
