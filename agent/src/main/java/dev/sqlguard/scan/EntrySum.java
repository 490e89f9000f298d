package dev.sqlguard.scan;

/**
 * A multiset of entries as the sum of their hashes, 128 bits of them, and their number: equal for
 * equal multisets, whatever the order, and as good as never for others. A sum and not an XOR, in
 * which two entries of a kind would vanish.
 */
final class EntrySum {
  private long count;
  private long first;
  private long second;

  void add(long firstHash, long secondHash) {
    count++;
    first += firstHash;
    second += secondHash;
  }

  void add(EntrySum other) {
    count += other.count;
    first += other.first;
    second += other.second;
  }

  long count() {
    return count;
  }

  boolean isSameAs(EntrySum other) {
    return count == other.count && first == other.first && second == other.second;
  }
}
