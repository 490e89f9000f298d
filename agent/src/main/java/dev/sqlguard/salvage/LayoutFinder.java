package dev.sqlguard.salvage;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.DatabaseSettings;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.TextEncoding;
import java.io.IOException;

/** What the header of the salvaged database has to say: what the damaged one said, where it can. */
final class LayoutFinder {
  private static final int NEWEST_SCHEMA_FORMAT = 4;

  private final Pages pages;

  LayoutFinder(Pages pages) {
    this.pages = pages;
  }

  /**
   * @param header the first 100 bytes; null where they are lost
   * @param backup null where there is none
   */
  FileLayout find(byte[] header, SchemaFinder.Found schema, Backup backup) throws IOException {
    Geometry geometry = pages.geometry();
    DatabaseSettings settings = settings(header, backup);
    int format = settings.schemaFormat();
    boolean valid = format >= 1 && format <= NEWEST_SCHEMA_FORMAT;
    int autoVacuum = settings.largestRoot() == 0 ? 0 : settings.incrementalVacuum() ? 2 : 1;
    return new FileLayout(
        geometry.pageSize(),
        geometry.pageSize() - geometry.usableSize(),
        encoding(schema, settings),
        autoVacuum,
        valid ? format : NEWEST_SCHEMA_FORMAT,
        settings.userVersion(),
        settings.applicationId(),
        settings.schemaCookie(),
        settings.defaultCacheSize());
  }

  private static DatabaseSettings settings(byte[] header, Backup backup) {
    if (header == null && backup != null) {
      return backup.settings();
    }
    return DatabaseSettings.parse(header == null ? new byte[DatabaseHeader.SIZE] : header);
  }

  private TextEncoding encoding(SchemaFinder.Found schema, DatabaseSettings settings)
      throws IOException {
    if (schema.encoding() != null) {
      return schema.encoding();
    }
    for (TextEncoding each : TextEncoding.values()) {
      if (each.code() == settings.encodingCode()) {
        return each;
      }
    }
    return new EncodingFinder(pages).find();
  }
}
