package dev.sqlguard.format;

import java.io.IOException;
import java.util.Arrays;

/**
 * One pass over a rollback journal (file format, section 3). It is a sequence of segments, each a
 * header of one sector and page records; the next header stands at the next sector boundary.
 */
final class JournalScan {
  /** Up to here a header says something; the rest of its sector is padding. */
  private static final int HEADER_FIELDS = 28;

  /** Page number before the page, checksum after it. */
  private static final int RECORD_FRAME = 8;

  /** The first eight bytes of every header. */
  static final long MAGIC = 0xd9d505f920a163d7L;

  private static final long UNCOUNTED = 0xffffffffL;
  private static final int SMALLEST_SECTOR = 32;

  /** The first header must have at least this many bytes around it. */
  private static final int DEFAULT_SECTOR = 512;

  private final ByteSource journal;
  private final Replay replay;
  private final PageIndex.Builder records = new PageIndex.Builder();
  private final byte[] header = new byte[HEADER_FIELDS];

  private int pageSize;
  private int sectorSize;
  private long initialPages;
  private byte[] record;
  private int slots;

  /** The first slot of each segment and where its record stands. */
  private int[] segmentSlots = new int[16];

  private long[] segmentOffsets = new long[16];
  private int segments;

  private long applied;
  private long bad;
  private long unplaced;
  private String reason = "";

  private JournalScan(ByteSource journal, Replay replay) {
    this.journal = journal;
    this.replay = replay;
  }

  /**
   * @param pageSize for journals of SQLite before 3.5.8, whose header doesn't say it
   * @return null where there is no journal: too short, or without a valid header
   */
  static JournalScan of(ByteSource journal, int pageSize, Replay replay) throws IOException {
    JournalScan scan = new JournalScan(journal, replay);
    if (!scan.readHeader(0, DEFAULT_SECTOR) || !scan.readSizes(pageSize)) {
      return null;
    }
    scan.readSegments();
    if (scan.bad > 0) {
      scan.addReason("records that fail their checksum: " + scan.bad);
    }
    return scan;
  }

  int pageSize() {
    return pageSize;
  }

  /** The size of the database before the transaction, in pages. */
  long initialPages() {
    return initialPages;
  }

  int records() {
    return slots;
  }

  PageIndex index(long pages) {
    return records.build(pages);
  }

  JournalSummary summary() {
    return new JournalSummary(slots, applied, bad, unplaced, reason);
  }

  /** Where the page of a slot stands in the journal, in bytes. */
  long pageOffset(int slot) {
    int found = Arrays.binarySearch(segmentSlots, 0, segments, slot);
    int segment = found >= 0 ? found : -found - 2;
    return segmentOffsets[segment] + (long) (slot - segmentSlots[segment]) * recordSize() + 4;
  }

  private int recordSize() {
    return pageSize + RECORD_FRAME;
  }

  private boolean readHeader(long at, int sector) throws IOException {
    return at + sector <= journal.size()
        && journal.read(at, header, 0, HEADER_FIELDS) == HEADER_FIELDS
        && BigEndian.u64(header, 0) == MAGIC;
  }

  private boolean readSizes(int defaultPageSize) {
    long sector = BigEndian.u32(header, 20);
    long page = BigEndian.u32(header, 24);
    page = page == 0 ? defaultPageSize : page;
    boolean valid =
        isPowerOfTwo(page)
            && page >= 512
            && page <= 65536
            && isPowerOfTwo(sector)
            && sector >= SMALLEST_SECTOR
            && sector <= 65536;
    pageSize = (int) page;
    sectorSize = (int) sector;
    initialPages = BigEndian.u32(header, 16);
    record = valid ? new byte[recordSize()] : null;
    return valid;
  }

  private static boolean isPowerOfTwo(long n) {
    return Long.bitCount(n) == 1;
  }

  private void readSegments() throws IOException {
    long at = 0;
    do {
      long count = BigEndian.u32(header, 8);
      int nonce = (int) BigEndian.u32(header, 12);
      long first = at + sectorSize;
      long there = Math.max(0, (journal.size() - first) / recordSize());
      // A writer that doesn't sync never goes back to its header to say the count.
      boolean counted = count != UNCOUNTED;
      long readable = counted ? Math.min(count, there) : there;
      if (!readRecords(first, readable, nonce, counted)) {
        return;
      }
      if (counted && count > there) {
        addReason("the journal ends before its record " + (slots + 1));
        return;
      }
      at = roundUp(first + readable * recordSize());
    } while (readHeader(at, sectorSize));
  }

  /**
   * @param counted whether all of them were on disk before the database file was touched
   * @return false where the playback ends
   */
  private boolean readRecords(long first, long count, int nonce, boolean counted)
      throws IOException {
    if (count > 0) {
      addSegment(first);
    }
    long pendingBad = 0;
    long pendingUnplaced = 0;
    for (long i = 0; i < count; i++) {
      long at = first + i * recordSize();
      if (slots == PageIndex.MOST_SLOTS - 1
          || journal.read(at, record, 0, record.length) < record.length) {
        addReason("the journal can't be read from its record " + (slots + 1) + " on");
        return false;
      }
      int slot = slots++;
      long page = BigEndian.u32(record, 0);
      boolean possible = page != 0 && page != Geometry.lockBytePage(pageSize);
      if (possible && page > initialPages) {
        continue;
      }
      if (possible && checksum(nonce) == (int) BigEndian.u32(record, 4 + pageSize)) {
        records.add(page, slot, true);
        records.commit(slot);
        applied++;
        bad += pendingBad;
        unplaced += pendingUnplaced;
        pendingBad = 0;
        pendingUnplaced = 0;
      } else if (replay == Replay.STRICT) {
        addReason("record " + slots + " fails its checksum");
        return false;
      } else {
        pendingBad++;
        if (possible) {
          records.add(page, slot, false);
        } else {
          pendingUnplaced++;
        }
      }
    }
    if (counted && pendingBad > 0) {
      records.commit(slots - 1);
      bad += pendingBad;
      unplaced += pendingUnplaced;
    }
    return true;
  }

  /** Every 200th byte of the page, from its end on (file format, section 3). */
  private int checksum(int nonce) {
    int sum = nonce;
    for (int i = pageSize - 200; i > 0; i -= 200) {
      sum += BigEndian.u8(record, 4 + i);
    }
    return sum;
  }

  private void addSegment(long offset) {
    if (segments == segmentSlots.length) {
      segmentSlots = Arrays.copyOf(segmentSlots, 2 * segments);
      segmentOffsets = Arrays.copyOf(segmentOffsets, 2 * segments);
    }
    segmentSlots[segments] = slots;
    segmentOffsets[segments++] = offset;
  }

  private void addReason(String more) {
    reason = reason.isEmpty() ? more : reason + "; " + more;
  }

  private long roundUp(long position) {
    return (position + sectorSize - 1) / sectorSize * sectorSize;
  }
}
