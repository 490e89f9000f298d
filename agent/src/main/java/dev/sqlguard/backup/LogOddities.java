package dev.sqlguard.backup;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.ForeignLog;
import dev.sqlguard.format.WalImage;
import java.io.IOException;
import java.util.Optional;

/**
 * What SQLite doesn't mind about a WAL.
 *
 * @param foreign a clause that says what shows that the log isn't the log of this file: see {@link
 *     ForeignLog}; empty where nothing does
 * @param missing how many frames were committed and are gone from its end. Known only while a file
 *     that processes left which were killed tells it, and the machine has run since: the end of a
 *     log that was lost with the power is nothing odd
 */
public record LogOddities(Optional<String> foreign, long missing) {

  static LogOddities of(ByteSource main, WalImage image, Optional<SeenIndex> index)
      throws IOException {
    long missing = index.isPresent() ? image.missing(index.get().header()) : 0;
    boolean certain = missing > 0 && index.get().isOfThisBoot();
    return new LogOddities(ForeignLog.mark(main, image), certain ? missing : 0);
  }
}
