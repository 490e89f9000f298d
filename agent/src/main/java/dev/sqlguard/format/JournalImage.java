package dev.sqlguard.format;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A database as it was before the transaction whose rollback journal stands beside it: the pages of
 * the journal put back, in the size that its header says (file format, section 3). Nothing is
 * modified. Memory is needed for the numbers of the pages in the journal, at most 20 bytes for
 * each.
 *
 * <p>{@link Replay#STRICT} is SQLite's rollback, which ends at the first record with a wrong
 * checksum. With {@link Replay#SALVAGE} later records count if their checksum is right; the pages
 * of wrong ones are {@link #isSuspect suspect}, and have the main file's content, which may be of
 * the transaction that never committed. The checksum covers every 200th byte only: a right one
 * proves little.
 */
public final class JournalImage implements ByteSource {
  private static final int DEFAULT_PAGE_SIZE = 4096;

  /** SQLite gives no other names, and its newer versions (3.54) don't believe any other. */
  private static final String SUPER_JOURNAL_NAME = "(?s).+-mj[0-9A-F]{6}9[0-9A-F]{2}";

  private final Overlay image;
  private final boolean hot;
  private final JournalSummary summary;
  private final Optional<String> superJournal;

  private JournalImage(
      Overlay image, boolean hot, JournalSummary summary, Optional<String> superJournal) {
    this.image = image;
    this.hot = hot;
    this.summary = summary;
    this.superJournal = superJournal;
  }

  /**
   * Reads the journal once.
   *
   * @param journal of any content; one that is too short or whose header is zeroed or invalid
   *     leaves the main file as it is
   */
  public static JournalImage over(ByteSource main, ByteSource journal, Replay replay)
      throws IOException {
    if (main.size() == 0 && replay == Replay.STRICT) {
      return without(main, "beside an empty database file SQLite deletes the journal");
    }
    int pageSize =
        DatabaseHeader.read(main).map(DatabaseHeader::pageSize).orElse(DEFAULT_PAGE_SIZE);
    JournalScan scan = JournalScan.of(journal, pageSize, replay);
    if (scan == null) {
      return without(main, "the journal has no valid header");
    }
    long pages = scan.initialPages();
    if (replay == Replay.SALVAGE) {
      long there = main.size() / scan.pageSize() + scan.records();
      pages = Overlay.plausiblePages(pages, there);
    }
    Overlay image =
        new Overlay(
            main,
            journal,
            scan.pageSize(),
            pages * scan.pageSize(),
            scan.index(pages),
            scan::pageOffset,
            false);
    return new JournalImage(image, true, scan.summary(), superJournal(journal));
  }

  private static JournalImage without(ByteSource main, String reason) {
    JournalSummary summary = new JournalSummary(0, 0, 0, 0, reason);
    return new JournalImage(Overlay.none(main), false, summary, Optional.empty());
  }

  private static Optional<String> superJournal(ByteSource journal) throws IOException {
    Optional<String> name = SuperJournalRecord.name(journal);
    return name.isPresent() && name.get().matches(SUPER_JOURNAL_NAME) ? name : Optional.empty();
  }

  /** Whether there is anything to roll back; if not, the image is the main file. */
  public boolean isHot() {
    return hot;
  }

  /**
   * The file that decides whether the transaction committed: if it doesn't exist any more, the
   * transaction did, the journal is stale, and the main file is to be read without it.
   */
  public Optional<String> superJournal() {
    return superJournal;
  }

  /** The database's size before the transaction; the main file's if nothing is rolled back. */
  @Override
  public long size() {
    return image.size();
  }

  @Override
  public int read(long position, byte[] into, int offset, int length) throws IOException {
    return image.read(position, into, offset, length);
  }

  public JournalSummary summary() {
    return summary;
  }

  /** Whether the journal's record of {@code page} fails its checksum. */
  public boolean isSuspect(long page) {
    return image.index().isUnproven(page);
  }

  /** Whether {@code page} is read from the journal, so that the main file needn't have it. */
  public boolean replaces(long page) {
    return image.replaces(page);
  }

  /** All suspect pages, in ascending order. */
  public LongStream suspectPages() {
    return image.index().unproven();
  }
}
