package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.DatabaseImage;
import dev.sqlguard.salvage.bench.PageMap;
import java.util.List;

/**
 * A database, and what it was before.
 *
 * @param states earlier ones, oldest first
 */
record HealthyDatabase(
    Blueprint blueprint,
    byte[] bytes,
    List<DatabaseImage> states,
    DatabaseImage image,
    PageMap map) {

  HealthyDatabase(Blueprint blueprint, byte[] bytes, List<byte[]> states) {
    this(
        blueprint,
        bytes,
        states.stream().map(DatabaseImage::of).toList(),
        DatabaseImage.of(bytes),
        new PageMap(DatabaseImage.of(bytes)));
  }
}
