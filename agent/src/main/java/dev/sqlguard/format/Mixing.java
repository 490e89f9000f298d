package dev.sqlguard.format;

/** What the hashes here are made of: fast, and good against accidents, not against enemies. */
public final class Mixing {
  private Mixing() {}

  /** Both halves of the product, so that every bit of {@code a} has a say in every bit. */
  public static long fold(long a, long odd) {
    return Math.multiplyHigh(a, odd) ^ a * odd ^ a >>> 32;
  }
}
