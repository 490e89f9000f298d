package dev.sqlguard.salvage;

/** What of a schema took the longest. Not what was interrupted: its turn may just have come. */
final class Slowest {
  private SchemaRow slowest;
  private SchemaRow current;
  private long began;
  private long longest = -1;

  /** The work on {@code row} begins, and that on the one before is over. */
  void begin(SchemaRow row) {
    end();
    current = row;
  }

  /** Null before the first. */
  SchemaRow get() {
    end();
    return slowest;
  }

  private void end() {
    long now = System.nanoTime();
    if (current != null && now - began > longest) {
      longest = now - began;
      slowest = current;
    }
    began = now;
  }
}
