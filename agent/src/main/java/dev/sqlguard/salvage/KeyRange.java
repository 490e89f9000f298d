package dev.sqlguard.salvage;

/**
 * The keys that a page may hold by what its parents say: above {@code low}, up to {@code high}.
 * Either is null where there is no such limit.
 */
record KeyRange(Bound low, Bound high) {
  static final KeyRange ALL = new KeyRange(null, null);
}
