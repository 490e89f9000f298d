package dev.sqlguard.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A file that gets lines at its end, where its owner wants it. */
public final class LogFile {
  private static final Path DEVICES = Path.of("/dev");

  private LogFile() {}

  /**
   * Appends to the file, and creates it where it is missing.
   *
   * @throws IOException where it is neither an ordinary file nor a device (to open a FIFO could
   *     take for ever), or somebody else may have put it there, as a second name of another file
   */
  public static void append(Path file, byte[] bytes) throws IOException {
    Optional<FileStat> target = FileStat.of(file);
    if (target.isPresent() && !target.get().regular() && !file.startsWith(DEVICES)) {
      throw new IOException("not an ordinary file");
    }
    Optional<FileStat> entry = FileStat.ofEntry(file);
    if (entry.isPresent()
        && (!entry.get().regular() || entry.get().links() > 1)
        && SharedDirectory.letsOthersCreate(file)
        && !file.startsWith(DEVICES)) {
      throw new IOException("a link, in a directory that others may write to");
    }
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      out.write(bytes);
    }
  }
}
