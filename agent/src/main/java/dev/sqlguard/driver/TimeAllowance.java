package dev.sqlguard.driver;

import java.time.Duration;

/**
 * How long SQLite may be at work on one connection to a private copy. A check or a new index takes
 * some 30 ms for each megabyte on an ordinary machine: what takes a hundred times as long isn't
 * explained by the size of the file, but by what somebody has put into it.
 *
 * @param least for a file of any size, so that a busy machine is none too slow
 * @param perMegabyte so much more for each 2<sup>20</sup> bytes
 */
public record TimeAllowance(Duration least, Duration perMegabyte) {
  /** The one that holds unless another is handed in. */
  static final TimeAllowance USUAL =
      new TimeAllowance(Duration.ofSeconds(10), Duration.ofSeconds(3));

  private static final int MEGABYTE_BITS = 20;

  /**
   * For a file.
   *
   * @param bytes its size, with what lies beside it
   */
  Duration of(long bytes) {
    long megabytes = bytes >> MEGABYTE_BITS;
    return least.plus(perMegabyte.multipliedBy(megabytes));
  }
}
