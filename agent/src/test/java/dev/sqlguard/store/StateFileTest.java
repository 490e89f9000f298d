package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sqlguard.store.fault.AfterPowerLoss;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.DurableDisk;
import dev.sqlguard.store.fault.DurableDisk.Remnant;
import dev.sqlguard.store.fault.Loss;
import dev.sqlguard.store.fault.Recording;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
  private static final int STRANGER = 4711;
  private static final int SLOT = 64 * 1024;
  private static final int MANY_SECTORS = 500;

  @TempDir Path directory;
  private final Disk disk = new Disk();
  private Path path;

  @BeforeEach
  void name() {
    path = directory.resolve("x.db.sqlguard");
  }

  private StateFile open() throws IOException {
    FileStat model = FileStat.privateTo(directory);
    return StateFile.open(path, model, disk, 0).orElseThrow();
  }

  private void save(String value) throws IOException {
    save(value, disk);
  }

  private void save(String value, Disk disk) throws IOException {
    FileStat model = FileStat.privateTo(directory);
    try (StateFile state = StateFile.open(path, model, disk, 0).orElseThrow()) {
      state.put("fact", List.of(StateLine.of("fact", "value", value)));
      state.save(disk);
    }
  }

  private String load() throws IOException {
    try (StateFile state = open()) {
      List<StateLine> lines = state.lines("fact");
      return lines.isEmpty() ? "nothing" : lines.get(0).text("value");
    }
  }

  @Test
  void remembersTheNewestState() throws IOException {
    for (String value : List.of("one", "two", "three = 3 and\nmore %", "vier ü")) {
      save(value);
      assertEquals(value, load());
    }
  }

  @Test
  void aTornSlotLeavesTheOtherOne() throws IOException {
    save("one");
    save("two");
    byte[] whole = Files.readAllBytes(path);
    for (int keep = 0; keep < 45; keep++) {
      byte[] torn = whole.clone();
      // The second save went to the first slot.
      for (int i = keep; i < 200; i++) {
        torn[i] = 0;
      }
      Files.write(path, torn);
      assertEquals("one", load(), "torn after " + keep);
    }
  }

  @Test
  void garbageIsAnEmptyState() throws IOException {
    Files.write(path, "sqlguard-state-1 9999999999999999999 -5 x\n".repeat(9000).getBytes());
    assertEquals("nothing", load());
    save("one");
    assertEquals("one", load());
    assertTrue(Files.size(path) >= SLOT);
  }

  @Test
  void oneGuardAtATimeHasIt() throws IOException {
    try (StateFile first = open()) {
      assertTrue(StateFile.open(path, FileStat.privateTo(directory), disk, 0).isEmpty());
    }
    open().close();
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path target = Files.writeString(directory.resolve("precious"), "mine");
    Files.createSymbolicLink(path, target);
    assertThrows(IOException.class, this::open);
    assertEquals("mine", Files.readString(target));
  }

  @Test
  void aSecondNameOfAnotherFileIsNotWrittenTo() throws IOException {
    Path target = Files.writeString(directory.resolve("precious"), "mine");
    Files.createLink(path, target);
    assertThrows(IOException.class, this::open);
    assertEquals("mine", Files.readString(target));
  }

  /** Of whatever length, and whatever it begins with. */
  @Test
  void aFileOfSomebodyElseIsNotWrittenTo() throws IOException {
    byte[] zerosFirst = new byte[3 * SLOT];
    Arrays.fill(zerosFirst, 2 * SLOT, zerosFirst.length, (byte) 7);
    byte[] image = new byte[SLOT / 2];
    image[1000] = (byte) 0x89;
    byte[] late = new byte[2 * SLOT];
    late[SLOT + 3] = 'x';
    List<byte[]> foreign =
        List.of(
            "x".getBytes(),
            "my notes\n".repeat(20).getBytes(),
            "my notes\n".repeat(20_000).getBytes(),
            "SQLite format 3\0".getBytes(),
            "sqlguard is what I have to read about\n".getBytes(),
            zerosFirst,
            image,
            late);
    for (byte[] content : foreign) {
      Files.write(path, content);
      IOException refused = assertThrows(IOException.class, this::open);
      assertTrue(refused.getMessage().startsWith(path + " isn't the guard's"), refused::toString);
      assertArrayEquals(content, Files.readAllBytes(path));
    }
  }

  /** Whatever of it has reached the disk: sectors, sizes and names are lost by themselves. */
  @Test
  void whatAPowerLossLeftOfTheFirstSavesIsTheGuards() throws Exception {
    Recording recording = new Recording(List.of(directory), path -> false);
    FileStat model = FileStat.privateTo(directory);
    for (String value : List.of("one", "two")) {
      try (StateFile state = StateFile.open(path, model, new Disk(recording), 0).orElseThrow()) {
        state.put("fact", List.of(StateLine.of("fact", "value", value.repeat(MANY_SECTORS))));
        state.save(new Disk(recording));
      }
    }
    List<SortedMap<Path, Remnant>> states = new ArrayList<>();
    recording.replay(
        (step, now) -> {
          for (Loss loss : losses()) {
            states.add(now.after(loss));
          }
        });
    int torn = 0;
    for (SortedMap<Path, Remnant> state : states) {
      AfterPowerLoss.make(List.of(directory), state);
      String found = load().replaceFirst("^(.+?)\\1+$", "$1");
      torn += found.equals("nothing") && Files.size(path) > SLOT ? 1 : 0;
      save("after");
      assertEquals("after", load());
      Files.delete(path);
    }
    assertTrue(torn > 10, "torn " + torn);
  }

  private static List<Loss> losses() {
    List<Loss> losses = new ArrayList<>(List.of(Loss.ofEverySecondSector(), Loss.ofDataButSize()));
    for (long seed = 0; seed < 30; seed++) {
      losses.add(Loss.atRandom(seed));
    }
    return losses;
  }

  /** A write that a full disk or a kill cut short. */
  @Test
  void aBeginningOfTheFirstSaveIsTheGuards() throws IOException {
    save("one");
    byte[] whole = Files.readAllBytes(path);
    for (int length = 0; length < whole.length; length += length < SLOT ? SLOT : 1) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertEquals("nothing", load(), "cut after " + length);
      byte[] zeros = Arrays.copyOf(Arrays.copyOf(whole, length), whole.length);
      Files.write(path, zeros);
      assertEquals("nothing", load(), "zeros after " + length);
    }
  }

  /** As some backup programs do. */
  @Test
  void aSecondNameOfTheStateFileIsNoObstacle() throws IOException {
    save("one");
    Files.createLink(directory.resolve("second-name"), path);
    save("two");
    assertEquals("two", load());
  }

  @Test
  void aFileThatWasNeverWrittenIsAnEmptyState() throws IOException {
    Files.write(path, new byte[2 * SLOT]);
    assertEquals("nothing", load());
  }

  @Test
  void inADirectoryForEverybodyTheFileOfAStrangerIsNotBelieved() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs to give files away");
    save("one");
    FileStat owner = FileStat.ofEntry(path).orElseThrow();
    Files.setAttribute(path, "unix:uid", STRANGER);
    assertEquals("one", load());
    Files.setAttribute(directory, "unix:mode", 01777);
    assertThrows(IOException.class, () -> StateFile.open(path, owner, disk, 0));
    FileStat strangers = FileStat.ofEntry(path).orElseThrow();
    StateFile.open(path, strangers, disk, 0).orElseThrow().close();
    Files.setAttribute(directory, "unix:uid", STRANGER);
    StateFile.open(path, owner, disk, 0).orElseThrow().close();
  }

  @Test
  void moreThanASlotHoldsIsRefusedAndTheOldStateStays() throws IOException {
    save("one");
    assertThrows(IOException.class, () -> save("x".repeat(SLOT)));
    assertEquals("one", load());
  }

  @Test
  void roomIsWhatASaveStillTakes() throws IOException {
    try (StateFile state = open()) {
      int some = 10_000;
      state.put("fact", List.of(StateLine.of("fact", "value", "ü".repeat(some))));
      int more = state.room() / 6;
      assertEquals(SLOT / 6, some + more, 20);
      state.put("fact", List.of(StateLine.of("fact", "value", "ü".repeat(some + more))));
      assertTrue(state.room() >= 0 && state.room() < 6, "room " + state.room());
      state.save(disk);
      state.put("fact", List.of(StateLine.of("fact", "value", "ü".repeat(some + more + 1))));
      assertTrue(state.room() < 0, "room " + state.room());
      assertThrows(IOException.class, () -> state.save(disk));
    }
    assertEquals(SLOT / 6 - 10, load().length(), 10);
  }

  /** Without it everything that the guard has made would be somebody else's. */
  @Test
  void theFirstStateIsOnDiskWithItsName() throws IOException {
    Recording recording = new Recording(List.of(directory), path -> false);
    FileStat model = FileStat.privateTo(directory);
    try (StateFile state = StateFile.open(path, model, new Disk(recording), 0).orElseThrow()) {
      state.put("fact", List.of(StateLine.of("fact", "value", "one")));
      state.save(new Disk(recording));
    }
    DurableDisk now = recording.start();
    recording.steps().forEach(step -> step.apply(now));
    AfterPowerLoss.make(List.of(directory), now.after(Loss.ofEverything()));
    assertEquals("one", load());
  }

  /** Otherwise both slots could be torn: the one that was killed over, and the last good one. */
  @Test
  void whatAKilledGuardWroteIsOnDiskBeforeTheOtherSlotIsOverwritten() throws Exception {
    save("one".repeat(MANY_SECTORS));
    save("two".repeat(MANY_SECTORS));
    Recording recording = new Recording(List.of(directory), path -> false);
    boolean[] written = new boolean[1];
    recording.dyingBefore(
        call -> {
          boolean now = written[0];
          written[0] |= call.kind() == Kind.WRITE;
          return now;
        });
    assertThrows(
        StoppingSyscalls.Stopped.class,
        () -> save("three".repeat(MANY_SECTORS), new Disk(recording)));
    recording.revive();
    save("four".repeat(MANY_SECTORS), new Disk(recording));
    Set<String> found = new TreeSet<>();
    List<SortedMap<Path, Remnant>> states = new ArrayList<>();
    recording.replay((step, now) -> states.add(now.after(Loss.ofEverySecondSector())));
    for (SortedMap<Path, Remnant> state : states) {
      AfterPowerLoss.make(List.of(directory), state);
      found.add(load().replaceFirst("^(.+?)\\1+$", "$1"));
    }
    assertEquals(Set.of("two", "three", "four"), found);
  }
}
