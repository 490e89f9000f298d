package dev.sqlguard.scan;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.DatabaseSettings;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.TextEncoding;
import java.io.IOException;
import java.util.Optional;

/**
 * What the header says of an image, as far as SQLite would believe it.
 *
 * @param settings with the largest root page, which is 0 unless there is a pointer map
 */
record ImageLayout(
    Geometry geometry, DatabaseHeader header, DatabaseSettings settings, TextEncoding encoding) {

  private static final int SMALLEST_USABLE = 480;
  private static final int NEWEST_SCHEMA_FORMAT = 4;

  /** Payload fractions, at 21: 64, 32 and 32 in every database. */
  private static final int FRACTIONS_AT = 20;

  private static final long FRACTIONS = 0x402020;
  private static final long FRACTIONS_MASK = 0xffffff;

  /** Null, and a suspicion, where SQLite wouldn't open such a file. */
  static ImageLayout read(ByteSource image, Suspicions suspicions) throws IOException {
    byte[] bytes = new byte[DatabaseHeader.SIZE];
    int read = image.read(0, bytes, 0, bytes.length);
    Optional<DatabaseHeader> parsed =
        read < bytes.length ? Optional.empty() : DatabaseHeader.parse(bytes);
    if (parsed.isEmpty()) {
      suspicions.add(1, "", "there is no database header");
      return null;
    }
    DatabaseHeader header = parsed.get();
    DatabaseSettings settings = DatabaseSettings.parse(bytes);
    int usable = header.pageSize() - settings.reserved();
    if (header.readVersion() > DatabaseHeader.WAL
        || usable < SMALLEST_USABLE
        || (BigEndian.u32(bytes, FRACTIONS_AT) & FRACTIONS_MASK) != FRACTIONS) {
      suspicions.add(1, "", "the database header has values that it can't have");
      return null;
    }
    long stored = (image.size() + header.pageSize() - 1) / header.pageSize();
    long pages = header.pageCount();
    if (!header.hasPageCount()) {
      pages = stored;
    }
    if (pages > stored) {
      suspicions.add(1, "", "the header says " + pages + " pages, the file has " + stored);
      return null;
    }
    TextEncoding encoding = encoding(settings.encodingCode());
    if (encoding == null || settings.schemaFormat() < 0 || isTooNew(settings.schemaFormat())) {
      suspicions.add(1, "", "the database header names an unknown encoding or format");
      return null;
    }
    return new ImageLayout(
        new Geometry(header.pageSize(), usable, pages), header, settings, encoding);
  }

  boolean hasPointerMap() {
    return settings.largestRoot() != 0;
  }

  private static boolean isTooNew(int format) {
    return format > NEWEST_SCHEMA_FORMAT;
  }

  /** A database without any table may not have chosen one yet. */
  private static TextEncoding encoding(int code) {
    if (code == 0) {
      return TextEncoding.UTF_8;
    }
    for (TextEncoding encoding : TextEncoding.values()) {
      if (encoding.code() == code) {
        return encoding;
      }
    }
    return null;
  }
}
