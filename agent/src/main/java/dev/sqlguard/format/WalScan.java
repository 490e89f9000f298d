package dev.sqlguard.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One pass over the frames of a write-ahead log, which says the ones that count (file format,
 * section 4.3).
 */
final class WalScan {
  private final WalHeader header;
  private final WalFrame frame;
  private final long frames;
  private final PageIndex.Builder newest = new PageIndex.Builder();
  private final List<Long> firstBad = new ArrayList<>();

  private long bad;
  private long unplaced;
  private int databasePageSize;
  private long endedBy;
  private String endedBecause = "";

  private long lastCommit;
  private long committedPages;
  private long committedBad;
  private long committedUnplaced;
  private int committedPageSize;

  private WalScan(ByteSource wal, WalHeader header) {
    this.header = header;
    this.frame = new WalFrame(header, wal);
    this.frames = framesIn(wal, header.pageSize());
  }

  static WalScan of(ByteSource wal, WalHeader header, Replay replay) throws IOException {
    WalScan scan = new WalScan(wal, header);
    if (replay == Replay.STRICT) {
      scan.followUnbrokenChain();
    } else {
      scan.followEveryLink();
    }
    return scan;
  }

  /** How many complete frames a log holds. */
  static long framesIn(ByteSource wal, int pageSize) {
    long frames = (wal.size() - WalHeader.SIZE) / (WalHeader.FRAME_HEADER + pageSize);
    return Math.max(0, Math.min(frames, PageIndex.MOST_SLOTS - 1));
  }

  /** The size of the image in pages after the last transaction that counts; 0 if none does. */
  long pages() {
    return committedPages;
  }

  /** What the newest committed first page says of the page size; 0 if the log has none. */
  int databasePageSize() {
    return committedPageSize;
  }

  /**
   * @param pages later ones are left out
   */
  PageIndex index(long pages) {
    return newest.build(pages);
  }

  private void followUnbrokenChain() throws IOException {
    long before = header.checksum();
    for (long number = 1; number <= frames && frame.read(number); number++) {
      boolean own = frame.salts() == header.salts();
      if (!own || frame.page() == 0 || !frame.follows(before)) {
        endedBy = number;
        endedBecause = own ? "fails its checksum" : "is not of this generation of the log";
        if (own) {
          markBad(number);
        }
        return;
      }
      accept(number);
      before = frame.checksum();
    }
  }

  /**
   * A checksum continues from the one before <em>as it stands</em>: a frame with a changed page
   * breaks its own link only. Where it is the checksum itself that changed, the next frame
   * continues from what it should be, and so proves the one before.
   */
  private void followEveryLink() throws IOException {
    long stored = header.checksum();
    long computed = header.computedChecksum();
    boolean proven = true;
    long page = 0;
    long commitSize = 0;
    for (long number = 1; number <= frames && frame.read(number); number++) {
      boolean own = frame.salts() == header.salts();
      // Damaged salts don't matter behind a proven frame: the checksum can't continue from it into
      // another generation.
      boolean mayCount = (own || proven) && frame.page() != 0;
      long expected = mayCount ? frame.computedChecksum(stored) : frame.checksum();
      boolean provenNow = mayCount && expected == frame.checksum();
      if (mayCount && !provenNow && computed != stored && frame.follows(computed)) {
        provenNow = true;
        if (page != 0) {
          unmarkBad(number - 1);
          accept(number - 1, page, commitSize);
        }
      }
      if (provenNow) {
        accept(number);
        computed = frame.checksum();
      } else {
        markBad(number);
        if (own && frame.page() != 0) {
          newest.add(frame.page(), (int) number, false);
        } else {
          unplaced++;
        }
        computed = expected;
      }
      stored = frame.checksum();
      proven = provenNow;
      page = own ? frame.page() : 0;
      commitSize = frame.commitSize();
    }
  }

  private void accept(long number) {
    if (frame.page() == 1) {
      databasePageSize = frame.databasePageSize();
    }
    accept(number, frame.page(), frame.commitSize());
  }

  private void accept(long number, long page, long commitSize) {
    newest.add(page, (int) number, true);
    if (commitSize != 0) {
      newest.commit((int) number);
      lastCommit = number;
      committedPages = commitSize;
      committedBad = bad;
      committedUnplaced = unplaced;
      committedPageSize = databasePageSize;
    }
  }

  private void markBad(long number) {
    bad++;
    if (firstBad.size() < WalSummary.MOST_NAMED) {
      firstBad.add(number);
    }
  }

  private void unmarkBad(long number) {
    bad--;
    firstBad.remove(number);
  }

  WalSummary summary(Replay replay) {
    return replay == Replay.STRICT ? strictSummary() : salvageSummary();
  }

  private WalSummary strictSummary() {
    long ignored = frames - lastCommit - bad;
    String reason = "";
    if (endedBy != 0) {
      reason = "frame " + endedBy + " " + endedBecause;
    } else if (lastCommit < frames) {
      reason = "the frames after frame " + lastCommit + " are not committed";
    }
    return new WalSummary(frames, lastCommit, bad, firstBad, 0, ignored, reason);
  }

  private WalSummary salvageSummary() {
    List<Long> named = firstBad.stream().filter(number -> number <= lastCommit).toList();
    long applied = lastCommit - committedBad;
    long ignored = frames - lastCommit;
    List<String> reasons = new ArrayList<>();
    if (committedBad > 0) {
      reasons.add(
          "frames that fail their checksum: " + committedBad + " from " + named.get(0) + " on");
    }
    if (ignored > 0) {
      reasons.add("no valid transaction ends after frame " + lastCommit);
    }
    String reason = String.join("; ", reasons);
    return new WalSummary(frames, applied, committedBad, named, committedUnplaced, ignored, reason);
  }
}
