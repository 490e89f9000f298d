package dev.sqlguard.cli;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.PlainDatabaseProof;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.RealPath;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a file that was named can be a database, and if not, what it is. */
final class Inputs {
  private static final int SAMPLE = 64 * 1024;

  /** Bits per byte; text, code and records stay far below, ciphers reach 7.99 on a sample. */
  private static final double RANDOM = 7.9;

  private Inputs() {}

  /**
   * The real path of a readable, ordinary file.
   *
   * @throws Refusal where it is anything else
   */
  static Path file(Path given) throws IOException {
    Optional<FileStat> stat = FileStat.of(given);
    if (stat.isEmpty()) {
      String what = Files.isSymbolicLink(given) ? "leads nowhere" : "doesn't exist";
      throw new Refusal(ExitCode.NO_INPUT, given, what);
    }
    if (!stat.get().regular()) {
      String what = Files.isDirectory(given) ? "is a directory" : "is not an ordinary file";
      throw new Refusal(ExitCode.NO_INPUT, given, what);
    }
    if (!Files.isReadable(given)) {
      throw new Refusal(ExitCode.NO_INPUT, given, "permission denied");
    }
    return given.toRealPath();
  }

  /** Refuses what was never a plain SQLite database, unless a log beside it may hold one. */
  static void requireDatabase(Path main) throws IOException {
    if (FileStat.ofEntry(main).orElseThrow().size() == 0 && hasLog(main)) {
      return;
    }
    Optional<String> other = otherThanDatabase(main);
    if (other.isPresent()) {
      String why = other.get() + ": there is nothing to save";
      throw new Refusal(ExitCode.NOTHING, main, why);
    }
  }

  /**
   * What the file is, where it was never a plain SQLite database. A destroyed header is no reason:
   * then the rest of the file counts.
   */
  static Optional<String> otherThanDatabase(Path main) throws IOException {
    try (FileBytes bytes = new FileBytes(main)) {
      if (bytes.size() == 0) {
        return Optional.of("is empty");
      }
      if (DatabaseHeader.read(bytes).isPresent()
          || PlainDatabaseProof.pageSize(bytes).isPresent()) {
        return Optional.empty();
      }
      byte[] sample = new byte[(int) Math.min(SAMPLE, bytes.size())];
      bytes.read(0, sample, 0, sample.length);
      if (isText(sample)) {
        return Optional.of("is a text file, not a database");
      }
      boolean random = sample.length >= 4096 && entropy(sample) > RANDOM;
      return random
          ? Optional.of("is encrypted, or not a SQLite database at all")
          : Optional.empty();
    }
  }

  /** With links resolved; the file need not exist. */
  static Path realPath(Path given) throws IOException {
    return RealPath.of(given)
        .orElseThrow(() -> new Refusal(ExitCode.NO_INPUT, given, "its directory doesn't exist"));
  }

  /** Empty where none was given. */
  static Optional<Path> directory(Path given) throws IOException {
    if (given == null) {
      return Optional.empty();
    }
    if (!Files.isDirectory(given)) {
      throw new Refusal(ExitCode.NO_INPUT, given, "is not a directory");
    }
    return Optional.of(given.toRealPath());
  }

  /** Whether there is anything in its WAL. */
  static boolean hasLog(Path main) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(SideFiles.of(main).wal());
    return stat.isPresent() && stat.get().size() > 0;
  }

  /** In ASCII or anything that extends it. */
  private static boolean isText(byte[] sample) {
    for (byte b : sample) {
      if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f') {
        return false;
      }
    }
    return true;
  }

  /** Shannon's, in bits per byte. */
  private static double entropy(byte[] sample) {
    int[] counts = new int[256];
    for (byte b : sample) {
      counts[b & 0xff]++;
    }
    double bits = 0;
    for (int count : counts) {
      if (count > 0) {
        double share = (double) count / sample.length;
        bits -= share * Math.log(share) / Math.log(2);
      }
    }
    return bits;
  }
}
