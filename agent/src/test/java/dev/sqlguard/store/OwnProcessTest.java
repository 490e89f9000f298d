package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What /proc says of this process. */
class OwnProcessTest {
  private static final String LIBRARY = "7f0000000000-7f0000001000 r-xp 00000000 08:01 ";

  @Test
  void eachMappedLibraryCountsOnce() {
    List<String> maps =
        List.of(
            LIBRARY + "11                         /tmp/a b/libsqlitejdbc.so (deleted)",
            LIBRARY + "11                         /tmp/a b/libsqlitejdbc.so (deleted)",
            LIBRARY + "12                         /usr/lib/libSQLite3.so.0",
            LIBRARY + "13                         /data/sqlite.db-shm",
            LIBRARY + "14                         /sqlite/libother.so",
            LIBRARY + "0 ");
    assertEquals(2, MappedLibraries.count(maps, "sqlite", "nothing"));
    assertEquals(0, MappedLibraries.count(List.of(), "sqlite", "nothing"));
  }

  /** A browser's library, say. */
  @Test
  void aLibraryThatHasItInsideCountsWhateverItsName(@TempDir Path directory) throws Exception {
    Path inside = directory.resolve("libbrowser.so");
    Path outside = directory.resolve("libother.so");
    Files.writeString(inside, "x".repeat((1 << 16) - 7) + "SQLite format 3\0");
    Files.writeString(outside, "x".repeat((1 << 16) - 7) + "SQLite format 2\0");
    List<String> maps =
        List.of(
            LIBRARY + "11                         " + inside,
            LIBRARY + "11                         " + inside,
            LIBRARY + "12                         " + outside,
            LIBRARY.replace("r-xp", "r--p") + "13 " + inside,
            LIBRARY + "14                         " + directory.resolve("gone (deleted)"),
            LIBRARY + "0                          [vdso]");
    assertEquals(1, MappedLibraries.count(maps, "sqlite", "SQLite format 3"));
  }

  @Test
  void locksOfOthersAndOnOtherFilesDontCount() {
    List<String> lines =
        List.of(
            "1: POSIX  ADVISORY  WRITE 7 08:01:11 0 EOF",
            "2: POSIX  ADVISORY  READ 8 08:01:11 100 199",
            "2: -> POSIX  ADVISORY  READ 7 08:01:11 100 199",
            "3: FLOCK  ADVISORY  WRITE 8 08:01:11 0 EOF",
            "4: POSIX  ADVISORY  WRITE 8 08:01:12 0 EOF");
    assertFalse(OwnLocks.of(lines, 8, 11).reachBeyond(100, 199));
    assertTrue(OwnLocks.of(lines, 8, 11).reachBeyond(101, 199));
    assertTrue(OwnLocks.of(lines, 8, 11).reachBeyond(100, 198));
    assertTrue(OwnLocks.of(lines, 7, 11).reachBeyond(0, 1000));
    assertFalse(OwnLocks.of(lines, 9, 11).reachBeyond(0, 0));
    assertTrue(OwnLocks.of(lines, 8, 11).reachInto(199, 300));
    assertTrue(OwnLocks.of(lines, 8, 11).reachInto(0, 100));
    assertFalse(OwnLocks.of(lines, 8, 11).reachInto(200, 300));
    assertFalse(OwnLocks.of(lines, 8, 11).reachInto(0, 99));
    assertFalse(OwnLocks.of(lines, 9, 11).reachInto(0, Long.MAX_VALUE));
  }

  @Test
  void aLockOfThisProcessIsSeen(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("file");
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      FileId id = FileStat.ofEntry(file).orElseThrow().id();
      assertFalse(OwnLocks.on(id).reachBeyond(0, 0));
      open.getChannel().lock();
      assertTrue(OwnLocks.on(id).reachBeyond(0, 0));
    }
  }
}
