package dev.sqlguard.verify;

import java.nio.file.Path;

/** Judges a private copy of a database. */
public interface Verifier {
  /**
   * Examines {@code image}, into which a WAL or a hot journal beside it is folded on the way. Never
   * throws: what can't be examined is {@link Verdict.CannotTell}.
   */
  Verdict verify(Path image, Depth depth);

  /** How thoroughly. */
  enum Depth {
    /** {@code PRAGMA integrity_check}. */
    FULL,
    /** {@code PRAGMA quick_check}: no look at what indexes hold. */
    QUICK
  }
}
