package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateLine;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** When a seal still holds, and when a file may be sealed. */
class SealTest {
  private static final String BOOT = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  private static final Instant WRITTEN = Instant.parse("2026-02-03T04:05:06.123456789Z");
  private static final long CHECKED = WRITTEN.toEpochMilli() + 1000;
  private static final Duration WEEK = Duration.ofDays(7);

  private static FileStat stat(long device, long inode, long size, Instant written, Instant ctime) {
    FileTime modified = FileTime.from(written);
    return new FileStat(
        new FileId(device, inode),
        true,
        size,
        modified,
        FileTime.from(ctime),
        modified,
        420,
        1,
        1,
        1);
  }

  private static final FileStat SEALED = stat(3, 5, 4096, WRITTEN, WRITTEN);

  private static Seal seal() {
    return Seal.of(SEALED, BOOT, CHECKED, "a hash");
  }

  @Test
  void comesBackFromTheStateFile() {
    assertEquals(seal(), Seal.of(seal().toLine()));
    assertTrue(Seal.of(seal().toLine()).isIntact(SEALED, BOOT));
  }

  @Test
  void doesNotHoldForAnythingElse() {
    Instant later = WRITTEN.plusNanos(1);
    assertFalse(seal().isIntact(stat(4, 5, 4096, WRITTEN, WRITTEN), BOOT), "another disk");
    assertFalse(seal().isIntact(stat(3, 6, 4096, WRITTEN, WRITTEN), BOOT), "a copy");
    assertFalse(seal().isIntact(stat(3, 5, 8192, WRITTEN, WRITTEN), BOOT), "another size");
    assertFalse(seal().isIntact(stat(3, 5, 4096, later, WRITTEN), BOOT), "written to");
    assertFalse(seal().isIntact(stat(3, 5, 4096, WRITTEN, later), BOOT), "written, mtime set back");
    assertFalse(seal().isIntact(SEALED, "another boot"), "power may have been lost");
    assertFalse(seal().isIntact(SEALED, ""), "nobody knows whether power was lost");
    assertFalse(Seal.of(SEALED, "", CHECKED, "").isIntact(SEALED, ""), "nor then");
  }

  @Test
  void whatIsNotWholeHoldsForNothing() {
    for (String key : seal().toLine().fields().keySet()) {
      if (key.equals("backup")) {
        continue;
      }
      StateLine line = new StateLine(Seal.KIND, new TreeMap<>(seal().toLine().fields()));
      line.fields().remove(key);
      Seal torn = Seal.of(line);
      assertFalse(torn.isIntact(SEALED, BOOT) && torn.isRecent(CHECKED, WEEK), key);
    }
  }

  @Test
  void theLastFullCheckMustNotBeTooLongAgo() {
    long week = WEEK.toMillis();
    assertTrue(seal().isRecent(CHECKED, WEEK));
    assertTrue(seal().isRecent(CHECKED + week - 1, WEEK));
    assertFalse(seal().isRecent(CHECKED + week, WEEK));
    assertFalse(seal().isRecent(CHECKED, Duration.ZERO), "0s: a full check each time");
  }

  @Test
  void aClockThatWasSetBackMeansAFullCheck() {
    assertFalse(seal().isRecent(CHECKED - 1, WEEK));
  }

  @Test
  void aFileIsSealedOnlyWhenAnotherChangeWouldHaveAnotherTime() {
    long written = WRITTEN.toEpochMilli();
    assertFalse(Seal.isSettled(SEALED, written));
    assertFalse(Seal.isSettled(SEALED, written + 20));
    assertTrue(Seal.isSettled(SEALED, written + 21));
    assertFalse(Seal.isSettled(SEALED, written - 1), "the clock was set back");
  }

  @Test
  void whereTimesAreWholeSecondsThatTakesLonger() {
    Instant whole = Instant.parse("2026-02-03T04:05:06Z");
    FileStat coarse = stat(3, 5, 4096, whole, whole);
    assertFalse(Seal.isSettled(coarse, whole.toEpochMilli() + 4000));
    assertTrue(Seal.isSettled(coarse, whole.toEpochMilli() + 4001));
    FileStat restored = stat(3, 5, 4096, whole, WRITTEN);
    assertTrue(Seal.isSettled(restored, WRITTEN.toEpochMilli() + 21), "only its mtime was set");
  }
}
