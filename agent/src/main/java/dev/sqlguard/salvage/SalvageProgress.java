package dev.sqlguard.salvage;

/** Told how far a salvage has come. */
@FunctionalInterface
public interface SalvageProgress {
  /** Nobody listens. */
  static SalvageProgress none() {
    return (phase, done, total) -> {};
  }

  /** What is under way. */
  enum Phase {
    READ("reading pages"),
    COMPARE("comparing rows with indexes"),
    WRITE("writing rows"),
    INDEX("building indexes");

    private final String text;

    Phase(String text) {
      this.text = text;
    }

    /** For people. */
    public String text() {
      return text;
    }
  }

  /** {@code done} of {@code total} units of this phase. */
  void at(Phase phase, long done, long total);
}
