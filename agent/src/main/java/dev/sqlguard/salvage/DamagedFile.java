package dev.sqlguard.salvage;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.JournalImage;
import dev.sqlguard.format.JournalSummary;
import dev.sqlguard.format.Replay;
import dev.sqlguard.format.WalImage;
import dev.sqlguard.format.WalSummary;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * The image of a database as its files hold it: the main file, a hot journal rolled back, and what
 * the WAL has committed. Nothing is ever written to them.
 */
public final class DamagedFile implements ByteSource, Closeable {
  private final Deque<FileBytes> files = new ArrayDeque<>();
  private final List<String> notes = new ArrayList<>();
  private LongPredicate suspect = page -> false;
  private LongPredicate replaced = page -> false;
  private long mainSize;
  private ByteSource image;

  private DamagedFile() {}

  /**
   * Opens a main file that nobody in this process has open.
   *
   * @param replay how much of a broken WAL or journal counts
   */
  public static DamagedFile open(Path main, Replay replay) throws IOException {
    DamagedFile damaged = new DamagedFile();
    boolean complete = false;
    try {
      damaged.read(SideFiles.of(main), replay);
      complete = true;
      return damaged;
    } finally {
      if (!complete) {
        damaged.close();
      }
    }
  }

  private void read(SideFiles of, Replay replay) throws IOException {
    image = file(of.main());
    mainSize = image.size();
    if (hasContent(of.journal())) {
      JournalImage journal = JournalImage.over(image, file(of.journal()), replay);
      if (journal.isHot() && !isCommitted(journal, of.main())) {
        image = journal;
        suspect = journal::isSuspect;
        replaced = journal::replaces;
        note(journal.summary());
      }
    }
    if (hasContent(of.wal())) {
      WalImage wal = WalImage.over(image, file(of.wal()), replay);
      note(wal.summary());
      if (wal.pageSize().isPresent()) {
        image = wal;
        suspect = suspect.or(wal::isSuspect);
        replaced = replaced.or(wal::replaces);
      }
    }
  }

  private void note(WalSummary wal) {
    if (wal.bad() > 0) {
      notes.add(
          wal.bad()
              + " of "
              + wal.frames()
              + " frames in the WAL are broken; what stands on their pages isn't proven"
              + unplaced(wal.unplaced()));
    } else if (wal.applied() == 0) {
      notes.add("nothing in the WAL counts: " + wal.reason());
    }
  }

  private void note(JournalSummary journal) {
    if (journal.bad() > 0) {
      notes.add(
          journal.bad()
              + " of "
              + journal.records()
              + " records in the journal are broken; on their pages may stand what was not committed"
              + unplaced(journal.unplaced()));
    }
  }

  private static String unplaced(long count) {
    return count == 0 ? "" : ", and of " + count + " the page is unknown";
  }

  /**
   * Whether what stands on a page isn't proven: its frame in the WAL or its record in the journal
   * fails its checksum.
   */
  boolean isSuspect(long page) {
    return suspect.test(page);
  }

  /**
   * Where the main file ends within a page of which there is no other copy: what SQLite reads as
   * zeros from there to the end of the page isn't what was written.
   */
  OptionalLong endWithinPage(int pageSize) {
    boolean cut = mainSize % pageSize != 0 && !replaced.test(mainSize / pageSize + 1);
    return cut ? OptionalLong.of(mainSize) : OptionalLong.empty();
  }

  /** For people: what is wrong with the files beside the main file. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  private FileBytes file(Path path) throws IOException {
    FileBytes bytes = new FileBytes(path);
    files.push(bytes);
    return bytes;
  }

  /** A transaction over several databases has committed once its super-journal is gone. */
  private static boolean isCommitted(JournalImage journal, Path main) {
    Optional<String> name = journal.superJournal();
    try {
      return name.isPresent() && Files.notExists(main.resolveSibling(name.get()));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean hasContent(Path file) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(file);
    return stat.isPresent() && stat.get().regular() && stat.get().size() > 0;
  }

  @Override
  public long size() {
    return image.size();
  }

  @Override
  public int read(long position, byte[] into, int offset, int length) throws IOException {
    return image.read(position, into, offset, length);
  }

  /** All of them, whatever becomes of one. */
  @Override
  public void close() throws IOException {
    FileBytes last = files.poll();
    if (last != null) {
      try {
        last.close();
      } finally {
        close();
      }
    }
  }
}
