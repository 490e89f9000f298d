package dev.sqlguard.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.Parked;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody who heeds no lock, such as a tool that copies files, writes during the copy. */
class SnapshotTest {
  private static final int SIZE = 20_000;

  @TempDir Path directory;

  /** Writes to a file whenever the first bytes of a copy are about to be written. */
  private static final class ChangedMeanwhile extends WatchedSyscalls {
    private final Path copy;
    private final Path changed;
    private int times;

    ChangedMeanwhile(Path copy, Path changed, int times) {
      this.copy = copy;
      this.changed = changed;
      this.times = times;
    }

    @Override
    protected void before(Call call) throws IOException {
      if (call.kind() == Kind.WRITE && call.path().equals(copy) && times > 0) {
        times--;
        try (RandomAccessFile file = new RandomAccessFile(changed.toFile(), "rw")) {
          file.seek(SIZE - 100);
          file.write(new byte[200]);
        }
      }
    }
  }

  private Path filled(String name) throws IOException {
    byte[] content = new byte[SIZE];
    Arrays.fill(content, (byte) 7);
    return Files.write(directory.toRealPath().resolve(name), content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"app.db", "app.db-wal", "app.db-journal"})
  void whatChangesWhileItIsCopiedIsCopiedAgain(String changed) throws Exception {
    Path main = filled("app.db");
    Path side = changed.equals("app.db") ? main : filled(changed);
    Path copy = main.resolveSibling("copy" + changed.substring("app.db".length()));
    Disk disk = new Disk(new ChangedMeanwhile(copy, side, 1));
    Snapshot snapshot = new Snapshot(disk, new Parked(), done -> {});
    Path mainCopy = main.resolveSibling("copy");
    assertInstanceOf(Snapshot.Result.Taken.class, snapshot.take(main, mainCopy));
    assertArrayEquals(Files.readAllBytes(main), Files.readAllBytes(mainCopy));
    if (changed.endsWith("-wal")) {
      assertArrayEquals(Files.readAllBytes(side), Files.readAllBytes(copy));
    }
    assertEquals(SIZE + 100, Files.size(side));
  }

  @Test
  void whatNeverStaysTheSameIsNotCopied() throws Exception {
    Path main = filled("app.db");
    Path copy = main.resolveSibling("copy");
    Disk disk = new Disk(new ChangedMeanwhile(copy, main, 100));
    Snapshot snapshot = new Snapshot(disk, new Parked(), done -> {});
    assertInstanceOf(Snapshot.Result.Failed.class, snapshot.take(main, copy));
    assertFalse(Files.exists(copy));
  }
}
