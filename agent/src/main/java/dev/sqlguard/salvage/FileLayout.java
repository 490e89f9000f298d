package dev.sqlguard.salvage;

import dev.sqlguard.format.TextEncoding;

/**
 * What the header of a new database says besides its size (file format, section 1.3).
 *
 * @param pageSize in bytes, a power of two from 512 to 65536
 * @param reserved bytes at the end of each page that hold nothing; at least 480 are left
 * @param autoVacuum 0 none, 1 full, 2 incremental
 * @param schemaFormat 1 to 4; 0 only where the schema is empty
 * @param defaultCacheSize in pages as {@code PRAGMA default_cache_size} left it, 0 where never set
 */
record FileLayout(
    int pageSize,
    int reserved,
    TextEncoding encoding,
    int autoVacuum,
    int schemaFormat,
    int userVersion,
    int applicationId,
    int schemaCookie,
    int defaultCacheSize) {
  private static final int SMALLEST_PAGE = 512;
  private static final int LARGEST_PAGE = 65536;
  private static final int LEAST_USABLE = 480;
  private static final int MOST_RESERVED = 255;

  FileLayout {
    if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE || Integer.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("no page size: " + pageSize);
    }
    if (reserved < 0 || reserved > MOST_RESERVED || pageSize - reserved < LEAST_USABLE) {
      throw new IllegalArgumentException("cannot reserve " + reserved + " bytes of " + pageSize);
    }
    if (autoVacuum < 0 || autoVacuum > 2) {
      throw new IllegalArgumentException("no auto-vacuum mode: " + autoVacuum);
    }
  }

  /** Whether pointer map pages stand between the others (file format, section 1.8). */
  boolean hasPointerMap() {
    return autoVacuum != 0;
  }
}
