package dev.sqlguard.guard;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateLine;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What stat said of a database's file when a JVM that had used it came to a clean end, with nothing
 * in its WAL and its journal. A file of which it still says so holds what it held.
 *
 * @param modified nanoseconds since 1970
 * @param changed nanoseconds since 1970: nobody can set this time back
 * @param boot the run of the kernel: what a power loss leaves of a file may have the times of what
 *     is lost
 * @param checkedAt when the last full check began, in milliseconds since 1970
 * @param backup the hash of the backup that holds the same; empty where there is none
 */
record Seal(
    long device,
    long inode,
    long size,
    long modified,
    long changed,
    String boot,
    long checkedAt,
    String backup) {

  static final String KIND = "seal";

  /** The kernel's clock for file times has steps of 1 to 10 ms (time(7), CONFIG_HZ). */
  private static final long TICK_MILLIS = 10;

  /** Of file systems that keep whole seconds, FAT every other one. */
  private static final long COARSE_TICK_MILLIS = 2000;

  private static final long NANOS = 1_000_000_000;

  static Seal of(FileStat main, String boot, long checkedAt, String backup) {
    return new Seal(
        main.id().device(),
        main.id().inode(),
        main.size(),
        main.modified().to(TimeUnit.NANOSECONDS),
        main.changed().to(TimeUnit.NANOSECONDS),
        boot,
        checkedAt,
        backup);
  }

  static Seal of(StateLine line) {
    return new Seal(
        line.number("device"),
        line.number("inode"),
        line.number("size"),
        line.number("modified"),
        line.number("changed"),
        line.text("boot"),
        line.number("checked"),
        line.text("backup"));
  }

  StateLine toLine() {
    return StateLine.of(
        KIND,
        "device",
        device,
        "inode",
        inode,
        "size",
        size,
        "modified",
        modified,
        "changed",
        changed,
        "boot",
        boot,
        "checked",
        checkedAt,
        "backup",
        backup);
  }

  /**
   * Whether a change of the file would give it another time than it has: it was changed long enough
   * before {@code now}, by a clock that hasn't been set back since.
   *
   * @param now milliseconds since 1970
   */
  static boolean isSettled(FileStat file, long now) {
    boolean coarse = file.changed().to(TimeUnit.NANOSECONDS) % NANOS == 0;
    long tick = coarse ? COARSE_TICK_MILLIS : TICK_MILLIS;
    return now - file.changed().toMillis() > 2 * tick;
  }

  /** Whether the file is still what was sealed. */
  boolean isIntact(FileStat now, String bootNow) {
    return device == now.id().device()
        && inode == now.id().inode()
        && size == now.size()
        && modified == now.modified().to(TimeUnit.NANOSECONDS)
        && changed == now.changed().to(TimeUnit.NANOSECONDS)
        && !boot.isEmpty()
        && boot.equals(bootNow);
  }

  /**
   * Whether the last full check isn't too long ago. One in the future was made by another clock.
   *
   * @param now milliseconds since 1970
   */
  boolean isRecent(long now, Duration every) {
    return checkedAt >= 0 && checkedAt <= now && now - checkedAt < every.toMillis();
  }
}
