package dev.sqlguard.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The end of a rollback journal that belongs to a transaction over several databases: the name of
 * the super-journal, its length, its checksum, and the magic of a journal header (file format,
 * section 3; pager.c, readSuperJournal). Old versions of SQLite (3.50 is one) follow any name, and
 * delete the file after the rollback if it lists no journal that refers to it.
 */
public final class SuperJournalRecord {
  private static final int TRAILER = 16;
  private static final int MAGIC_AT = 8;

  /** SQLite's limit of a path on Unix. */
  private static final int LONGEST_NAME = 512;

  /** Headers and page records end at multiples of this. */
  private static final int ALIGNMENT = 8;

  private SuperJournalRecord() {}

  /**
   * The name as SQLite takes it, whatever file that is; empty where there is no record that counts.
   */
  public static Optional<String> name(ByteSource journal) throws IOException {
    byte[] trailer = trailer(journal);
    if (trailer == null) {
      return Optional.empty();
    }
    long trailerAt = journal.size() - TRAILER;
    long length = BigEndian.u32(trailer, 0);
    if (length == 0 || length > Math.min(LONGEST_NAME, trailerAt)) {
      return Optional.empty();
    }
    byte[] name = new byte[(int) length];
    if (journal.read(trailerAt - length, name, 0, name.length) < name.length) {
      return Optional.empty();
    }
    int signedSum = 0;
    int unsignedSum = 0;
    int end = -1;
    for (int i = 0; i < name.length; i++) {
      signedSum += name[i];
      unsignedSum += name[i] & 0xff;
      if (name[i] == 0 && end < 0) {
        end = i;
      }
    }
    // SQLite adds C's char, whose sign depends on the platform.
    int checksum = (int) BigEndian.u32(trailer, 4);
    if (end == 0 || checksum != signedSum && checksum != unsignedSum) {
      return Optional.empty();
    }
    return Optional.of(new String(name, 0, end < 0 ? name.length : end, StandardCharsets.UTF_8));
  }

  /**
   * The journal with one byte more or less, so that it doesn't end in a record for any version of
   * SQLite. All its headers and page records are where they were, and it has no further one.
   */
  public static ByteSource hidden(ByteSource journal) throws IOException {
    if (trailer(journal) == null) {
      return journal;
    }
    long size = journal.size();
    return new Resized(journal, size % ALIGNMENT == 0 ? size + 1 : size - 1);
  }

  /** Null where there is none. */
  private static byte[] trailer(ByteSource journal) throws IOException {
    long at = journal.size() - TRAILER;
    byte[] trailer = new byte[TRAILER];
    return at >= 0
            && journal.read(at, trailer, 0, TRAILER) == TRAILER
            && BigEndian.u64(trailer, MAGIC_AT) == JournalScan.MAGIC
        ? trailer
        : null;
  }

  /** Cut off, or with zeros at the end. */
  private static final class Resized implements ByteSource {
    private final ByteSource source;
    private final long size;

    Resized(ByteSource source, long size) {
      this.source = source;
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
      int wanted = (int) Math.max(0, Math.min(length, size - position));
      int there = (int) Math.max(0, Math.min(wanted, source.size() - position));
      int read = there == 0 ? 0 : source.read(position, into, offset, there);
      if (read < there) {
        return read;
      }
      Arrays.fill(into, offset + there, offset + wanted, (byte) 0);
      return wanted;
    }
  }
}
