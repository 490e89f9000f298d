package dev.sqlguard.format;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/**
 * A database as its main file and its write-ahead log together say it: the newest committed frame
 * of each page, the main file for the rest (file format, section 4). Nothing is modified. Memory is
 * needed for the numbers of the pages in the log, at most 20 bytes for each.
 *
 * <p>{@link Replay#STRICT} is what SQLite sees: an unbroken chain of checksums up to its last
 * commit. {@link Replay#SALVAGE} goes on behind a broken frame:
 *
 * <ul>
 *   <li>A frame is proven if its checksum follows from the one before as that one stands.
 *   <li>Only frames up to the last proven commit frame count.
 *   <li>If the newest of these for a page isn't proven, the page has its content all the same,
 *       because any older version might contradict the rest, and is {@link #isSuspect suspect}.
 *   <li>Frames of an older generation never count.
 *   <li>A broken header is replaced by what the frames prove, the first one among them.
 * </ul>
 *
 * <p>The number of pages is the last commit's. The strict reading believes any, as SQLite does,
 * even one far beyond all that is stored; salvage doesn't.
 *
 * <p>One case can't be told from a broken frame: after a power loss in the middle of the log the
 * rest of a lost transaction may stand behind transactions that were written later and are shorter.
 * Salvage is therefore for images whose strict reading is known to be damaged.
 */
public final class WalImage implements ByteSource {
  private final Overlay image;
  private final OptionalInt pageSize;
  private final WalSummary summary;

  /** Null where there is no valid one. */
  private final WalHeader header;

  private final boolean otherPageSize;

  private WalImage(
      Overlay image,
      OptionalInt pageSize,
      WalSummary summary,
      WalHeader header,
      boolean otherPageSize) {
    this.image = image;
    this.pageSize = pageSize;
    this.summary = summary;
    this.header = header;
    this.otherPageSize = otherPageSize;
  }

  /**
   * Reads the log once, from its start to the last frame that may count.
   *
   * @param main where a hot journal stands beside it, a {@link JournalImage}
   * @param wal of any content; one that can't be applied leaves the main file as it is
   */
  public static WalImage over(ByteSource main, ByteSource wal, Replay replay) throws IOException {
    Optional<WalHeader> found = WalHeader.read(wal);
    boolean intact = found.isPresent() && found.get().isIntact();
    if (!intact && replay == Replay.SALVAGE) {
      found = WalHeader.provenByFrames(wal);
    }
    if (found.isEmpty() || !intact && replay == Replay.STRICT) {
      return without(main, 0, wal.size() == 0 ? "the log is empty" : "the log has no valid header");
    }
    WalHeader header = found.get();
    long frames = WalScan.framesIn(wal, header.pageSize());
    if (header.version() != WalHeader.KNOWN_VERSION) {
      return without(main, frames, "the log has the unknown format version " + header.version());
    }
    if (main.size() == 0 && replay == Replay.STRICT) {
      return without(main, frames, "beside an empty database file SQLite deletes the log");
    }
    WalScan scan = WalScan.of(wal, header, replay);
    if (scan.pages() == 0) {
      WalSummary summary = scan.summary(replay);
      return new WalImage(Overlay.none(main), OptionalInt.empty(), summary, header, false);
    }
    if (!fits(main, header, scan, replay)) {
      String reason = "the log is of a database with the page size " + header.pageSize();
      WalSummary summary = WalSummary.nothingApplied(frames, reason);
      return new WalImage(Overlay.none(main), OptionalInt.empty(), summary, header, true);
    }
    long pages = scan.pages();
    if (replay == Replay.SALVAGE) {
      long there = main.size() / header.pageSize() + frames;
      pages = Overlay.plausiblePages(pages, there);
    }
    Overlay image =
        new Overlay(
            main,
            wal,
            header.pageSize(),
            pages * header.pageSize(),
            scan.index(pages),
            slot -> header.frameOffset(slot) + WalHeader.FRAME_HEADER,
            true);
    return new WalImage(
        image, OptionalInt.of(header.pageSize()), scan.summary(replay), header, false);
  }

  /**
   * Whether the log has what SQLite will never see again: transactions that are committed, and
   * proven by their checksums, behind a frame that fails its own or behind a broken header.
   *
   * @return what tells these transactions from others that may be found later; empty where there
   *     are none
   */
  public static Optional<String> commitsBehindDamage(ByteSource main, ByteSource wal)
      throws IOException {
    Optional<WalHeader> header = WalHeader.read(wal);
    boolean intact = header.isPresent() && header.get().isIntact();
    WalSummary all = over(main, wal, Replay.SALVAGE).summary();
    if (all.applied() == 0 || intact && all.bad() == 0) {
      return Optional.empty();
    }
    long salts = header.isPresent() ? header.get().salts() : 0;
    return Optional.of(Long.toHexString(salts) + "-" + (all.applied() + all.bad()));
  }

  private static WalImage without(ByteSource main, long frames, String reason) {
    WalSummary summary = WalSummary.nothingApplied(frames, reason);
    return new WalImage(Overlay.none(main), OptionalInt.empty(), summary, null, false);
  }

  private static boolean fits(ByteSource main, WalHeader header, WalScan scan, Replay replay)
      throws IOException {
    int own = header.pageSize();
    if (scan.databasePageSize() != 0) {
      return scan.databasePageSize() == own;
    }
    Optional<DatabaseHeader> mains = DatabaseHeader.read(main);
    if (mains.isEmpty() || mains.get().pageSize() == own) {
      return true;
    }
    OptionalInt proven = OptionalInt.empty();
    if (replay == Replay.SALVAGE) {
      proven = PlainDatabaseProof.pageSize(main);
    }
    return proven.isPresent() && proven.getAsInt() == own;
  }

  /** The last commit's number of pages; the main file's size if nothing is applied. */
  @Override
  public long size() {
    return image.size();
  }

  @Override
  public int read(long position, byte[] into, int offset, int length) throws IOException {
    return image.read(position, into, offset, length);
  }

  /** As the log says it, in bytes; empty if nothing is applied. */
  public OptionalInt pageSize() {
    return pageSize;
  }

  /** Whether transactions aren't applied only because their pages have another size. */
  public boolean isOfOtherPageSize() {
    return otherPageSize;
  }

  /**
   * How many frames up to its last commit {@code index} has seen in this generation of the log, and
   * the strict reading doesn't find; 0 where it is the index of another one.
   */
  public long missing(WalIndexHeader index) {
    boolean same =
        header != null
            && !otherPageSize
            && index.salts() == header.salts()
            && index.pageSize() == header.pageSize();
    return same ? Math.max(0, index.frames() - summary.applied()) : 0;
  }

  public WalSummary summary() {
    return summary;
  }

  /** Whether the newest committed frame of {@code page} is not proven by its checksum. */
  public boolean isSuspect(long page) {
    return image.index().isUnproven(page);
  }

  /** Whether {@code page} is read from the log, so that the main file needn't have it. */
  public boolean replaces(long page) {
    return image.replaces(page);
  }

  /** The first page from {@code page} on that is read from the log; 0 where there is none. */
  public long nextReplaced(long page) {
    return image.nextReplaced(page);
  }

  /** All suspect pages, in ascending order. */
  public LongStream suspectPages() {
    return image.index().unproven();
  }
}
