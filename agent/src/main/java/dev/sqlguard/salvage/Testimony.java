package dev.sqlguard.salvage;

/** What the indexes of a table know of its rows. */
final class Testimony {
  /** Nothing. */
  static final Testimony NONE = new Testimony();

  private final LongSet lost = new LongSet();
  private boolean whole;

  /** Takes down that an index which is intact, and has an entry for each row, was heard. */
  void wholeIndexHeard() {
    whole = true;
  }

  /** Takes down that a row is gone. */
  void lost(long key) {
    lost.add(key);
  }

  /** How many rows only an index still knows. */
  long rowsLost() {
    return lost.size();
  }

  /** Whether it is known for certain that no row is gone. */
  boolean isComplete() {
    return whole && lost.size() == 0;
  }

  /** Whether a row that isn't there may have been there until the damage. */
  boolean mayBeLost(long key) {
    return !whole || lost.contains(key);
  }
}
