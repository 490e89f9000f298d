package dev.sqlguard.verify;

/**
 * Which schemas SQLite has read without a complaint, by what a scan calls them. A scan reads what
 * it needs of a schema; that all of it is good SQL only SQLite can tell, and need not be asked
 * twice.
 */
public interface KnownSchemas {
  boolean contains(String schemaHash);

  void add(String schemaHash);

  /** Every schema is new. */
  static KnownSchemas none() {
    return always(false);
  }

  /** No schema is worth asking about. */
  static KnownSchemas all() {
    return always(true);
  }

  private static KnownSchemas always(boolean isKnown) {
    return new KnownSchemas() {
      @Override
      public boolean contains(String schemaHash) {
        return isKnown;
      }

      @Override
      public void add(String schemaHash) {
        // Nobody will ask.
      }
    };
  }
}
