package dev.sqlguard.format;

/**
 * What the header says of a database beyond the layout of its file (file format, section 1.3).
 *
 * @param reserved bytes at the end of each page that SQLite doesn't use
 * @param schemaFormat 1 to 4
 * @param largestRoot not 0 in the auto-vacuum modes
 * @param encodingCode see {@link TextEncoding#code}; anything where the header is damaged
 */
public record DatabaseSettings(
    int reserved,
    int schemaCookie,
    int schemaFormat,
    int defaultCacheSize,
    long largestRoot,
    int encodingCode,
    int userVersion,
    boolean incrementalVacuum,
    int applicationId) {

  /** From the first 100 bytes of a database, whatever they are. */
  public static DatabaseSettings parse(byte[] header) {
    return new DatabaseSettings(
        BigEndian.u8(header, 20),
        (int) BigEndian.u32(header, 40),
        (int) BigEndian.u32(header, 44),
        (int) BigEndian.u32(header, 48),
        BigEndian.u32(header, 52),
        (int) BigEndian.u32(header, 56),
        (int) BigEndian.u32(header, 60),
        BigEndian.u32(header, 64) != 0,
        (int) BigEndian.u32(header, 68));
  }
}
