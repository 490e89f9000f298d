package dev.sqlguard.salvage;

import dev.sqlguard.format.ByteSource;
import java.io.IOException;
import java.nio.file.Path;

/** Takes every row that physically survives out of a damaged image and writes a fresh database. */
public final class Salvage {
  private final ByteSource image;
  private final SalvageOptions options;
  private final Sqlite sqlite;
  private final SalvageProgress progress;

  /**
   * @param image the damaged main file with what is committed beside it; only read
   */
  public Salvage(
      ByteSource image, SalvageOptions options, Sqlite sqlite, SalvageProgress progress) {
    this.image = image;
    this.options = options;
    this.sqlite = sqlite;
    this.progress = progress;
  }

  /**
   * Writes {@code out}, which must not exist.
   *
   * @throws NothingToSaveException where no page of the image holds a row
   * @throws IOException where reading or writing fails; {@code out} is gone again then
   */
  public SalvageReport into(Path out) throws IOException {
    throw new NothingToSaveException("no page of the image is a b-tree page");
  }
}
