package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.FailingSyscalls;
import dev.sqlguard.store.fault.Failure;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
  private static final int LARGE = 5 << 20;

  @TempDir Path directory;
  private Path copy;

  @BeforeEach
  void name() {
    copy = directory.resolve("copy");
  }

  private static Disk failingAhead() {
    return new Disk(
        new FailingSyscalls(
            call -> call.kind() == Call.Kind.START_WRITING, Failure.IO_ERROR, false));
  }

  /** The kernel says it once, to the descriptor that it was said to by then. */
  @Test
  void whatCouldNotBeWrittenAheadIsSaidByEveryFsyncOfTheFile() throws Exception {
    for (Disk disk : new Disk[] {failingAhead(), failingAhead().under(new Lease())}) {
      disk.create(copy);
      disk.startWriting(copy);
      assertThrows(IOException.class, () -> disk.sync(copy));
      try (RandomAccessFile open = disk.open(copy)) {
        assertThrows(IOException.class, () -> disk.sync(copy, open));
        assertThrows(IOException.class, () -> disk.writeDurably(copy, open, 0, new byte[1]));
      }
      Path good = Files.write(directory.resolve("good"), new byte[1]);
      assertThrows(IOException.class, () -> disk.overwrite(copy, good));
      assertDoesNotThrow(() -> disk.sync(good));
      disk.delete(copy);
    }
  }

  @Test
  void aNewFileOfTheNameIsAnotherOne() throws Exception {
    Disk disk = failingAhead();
    disk.create(copy);
    disk.startWriting(copy);
    disk.delete(copy);
    disk.create(copy);
    assertDoesNotThrow(() -> disk.sync(copy));
    disk.startWriting(copy);
    assertDoesNotThrow(() -> disk.sync(copy));
  }

  /** By a thread, as it really is. */
  @Test
  void anFsyncWaitsForWhatIsBeingWrittenAhead() throws Exception {
    CountDownLatch mayFail = new CountDownLatch(1);
    Disk disk =
        new Disk(
            new Syscalls() {
              @Override
              protected WriteOut startWriting(Path path, RandomAccessFile file) {
                WriteOut work = new WriteOut(path, () -> fail(file, mayFail));
                Thread thread = new Thread(work);
                work.runsOn(thread);
                thread.start();
                return work;
              }
            });
    disk.create(copy);
    try (RandomAccessFile file = disk.open(copy)) {
      disk.truncate(copy, file, LARGE);
    }
    disk.startWriting(copy);
    Thread.currentThread().interrupt();
    new Thread(mayFail::countDown).start();
    assertThrows(IOException.class, () -> disk.sync(copy));
    assertTrue(Thread.interrupted(), "the flag stays");
  }

  private static void fail(RandomAccessFile file, CountDownLatch moment) throws IOException {
    try (file) {
      moment.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    throw new IOException("Input/output error");
  }

  /** Blocks of zeros and of others, beginning and ending anywhere. */
  private static byte[] patchwork(Random random) {
    byte[] bytes = new byte[random.nextInt(40 * Holes.BLOCK)];
    for (int at = 0; at < bytes.length; at += 1 + random.nextInt(3 * Holes.BLOCK)) {
      if (random.nextBoolean()) {
        bytes[at] = 1;
      }
    }
    return bytes;
  }

  @Test
  void aCopyOfAFileWithHolesHoldsTheSameWhateverItIsWrittenOver() throws Exception {
    Random random = new Random(20_261_126);
    Disk disk = new Disk();
    for (int round = 0; round < 200; round++) {
      byte[] content = patchwork(random);
      Path from = Files.write(directory.resolve("from"), content);
      Path to = directory.resolve("to");
      disk.delete(to);
      disk.copyDurably(from, to);
      assertArrayEquals(content, Files.readAllBytes(to), "round " + round);
      byte[] old = new byte[random.nextInt(40 * Holes.BLOCK)];
      Arrays.fill(old, (byte) 7);
      Files.write(to, old);
      disk.overwrite(to, from);
      assertArrayEquals(content, Files.readAllBytes(to), "round " + round);
    }
  }

  @Test
  void zerosAreNotWritten() throws Exception {
    long[] written = new long[1];
    Disk disk =
        new Disk(
            new WatchedSyscalls() {
              @Override
              protected void before(Call call) {
                written[0] += call.kind() == Call.Kind.WRITE ? call.length() : 0;
              }
            });
    byte[] content = new byte[100 * Holes.BLOCK + 1];
    content[3 * Holes.BLOCK + 5] = 1;
    content[90 * Holes.BLOCK] = 1;
    Path from = Files.write(directory.resolve("from"), content);
    disk.copyDurably(from, copy);
    assertEquals(2 * Holes.BLOCK, written[0]);
    assertArrayEquals(content, Files.readAllBytes(copy));
  }

  @Test
  void aLargeFileThatCanBeWrittenIsSynced() throws Exception {
    Disk disk = new Disk();
    disk.create(copy);
    try (RandomAccessFile file = disk.open(copy)) {
      disk.write(copy, file, 0, new byte[LARGE], 0, LARGE);
    }
    disk.startWriting(copy);
    assertDoesNotThrow(() -> disk.sync(copy));
  }
}
