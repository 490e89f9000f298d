package dev.sqlguard.backup;

import dev.sqlguard.format.ImageHash;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The backups that the guard made. It knows them by what they are, not by where they stand: a crash
 * between two renames leaves nothing to repair here. A file in a slot that it doesn't know is
 * somebody else's.
 */
public final class Catalog {
  /** A backup and where it stands now. */
  public record Entry(Path file, BackupRecord record) {}

  /** Records of a few vanished files are harmless; finding out which they are costs time. */
  private static final int MOST_UNPRUNED = 40;

  /** Files that are on their way to a slot, or that somebody moved away and may bring back. */
  private static final int NEWEST_UNPRUNED = 10;

  /** What is left of the state file for all else that it has to take, in bytes. */
  private static final int RESERVE = 16 * 1024;

  private final StateFile state;
  private final BackupNames names;
  private final Disk disk;
  private List<BackupRecord> records = new ArrayList<>();

  public Catalog(StateFile state, BackupNames names, Disk disk) {
    this.state = state;
    this.names = names;
    this.disk = disk;
    for (StateLine line : state.lines(BackupRecord.KIND)) {
      records.add(BackupRecord.fromLine(line));
    }
  }

  public BackupNames names() {
    return names;
  }

  /**
   * All backups that exist, the newest first, those that are kept last; each file once, whatever
   * its names. The order is that of the slots, and between series that in which the backups were
   * made: a clock may have been set back.
   */
  public List<Entry> entries() throws IOException {
    List<Entry> slots = new ArrayList<>();
    for (BackupNames.Series series : names.series()) {
      slots = merged(slots, identified(series.slots(BackupNames.MOST_SLOTS)));
    }
    List<Entry> found = new ArrayList<>();
    addMissing(slots, found);
    addMissing(kept(), found);
    return found;
  }

  /** The backups that are never rotated, the newest first. */
  public List<Entry> kept() throws IOException {
    List<Entry> kept = new ArrayList<>();
    for (BackupNames.Series series : names.series()) {
      for (Entry entry : identified(series.keeps())) {
        kept = merged(kept, List.of(entry));
      }
    }
    return kept;
  }

  private List<Entry> identified(List<Path> files) throws IOException {
    List<Entry> found = new ArrayList<>();
    for (Path file : files) {
      Optional<BackupRecord> record = identify(file);
      if (record.isPresent()) {
        found.add(new Entry(file, record.get()));
      }
    }
    return found;
  }

  /** Keeps the order of either list. */
  private List<Entry> merged(List<Entry> a, List<Entry> b) {
    List<Entry> merged = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < a.size() || j < b.size()) {
      boolean first = j == b.size() || i < a.size() && !isNewer(b.get(j), a.get(i));
      merged.add(first ? a.get(i++) : b.get(j++));
    }
    return merged;
  }

  private boolean isNewer(Entry a, Entry b) {
    return position(a.record()) > position(b.record());
  }

  /** Records stand in the order in which the backups were made. */
  private int position(BackupRecord record) {
    for (int i = records.size() - 1; i >= 0; i--) {
      if (records.get(i) == record) {
        return i;
      }
    }
    return -1;
  }

  private static void addMissing(List<Entry> entries, List<Entry> to) {
    for (Entry entry : entries) {
      if (!contains(to, entry.record())) {
        to.add(entry);
      }
    }
  }

  /** The backup in {@code file}; empty where nothing or something else is there. */
  public Optional<BackupRecord> identify(Path file) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(file).filter(FileStat::regular);
    if (stat.isEmpty()) {
      return Optional.empty();
    }
    for (BackupRecord record : records) {
      if (record.looksLike(stat.get())) {
        return Optional.of(record);
      }
    }
    return identifyByHash(file, stat.get());
  }

  /** Files in slots that the guard didn't make, or that somebody has changed since. */
  public List<Path> strangers() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file : candidates()) {
      if (FileStat.ofEntry(file).isPresent() && identify(file).isEmpty()) {
        found.add(file);
      }
    }
    return found;
  }

  /** Whether a copy of a backup still says what the backup said when it was made. */
  public boolean isIntact(Path copy, BackupRecord record) throws IOException {
    return hashOf(copy).equals(record.hash());
  }

  /**
   * Whether a backup's file still holds what it did, found out by reading it, and remembered if so.
   * One that this process has open isn't read: it would lose its locks. One that can't be read
   * holds nothing.
   */
  boolean isStillIntact(Path file, BackupRecord record) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(file);
    if (stat.isEmpty() || FileUsers.inThisProcess(Set.of(stat.get().id())) > 0) {
      return true;
    }
    boolean intact;
    try {
      intact = isIntact(file, record);
    } catch (IOException e) {
      intact = false;
    }
    if (intact) {
      remember(record, record.asRead(System.currentTimeMillis()));
    }
    return intact;
  }

  private void remember(BackupRecord old, BackupRecord better) throws IOException {
    List<BackupRecord> next = new ArrayList<>(records);
    next.replaceAll(record -> record == old ? better : record);
    put(next);
    state.save(disk);
    records = next;
  }

  /**
   * Whether this very file was verified and made durable. Not by its hash: a copy that the check
   * was still at work on may hold what a backup holds.
   */
  boolean isComplete(Path staged) throws IOException {
    Optional<FileStat> stat = FileStat.ofEntry(staged);
    for (BackupRecord record : records) {
      if (stat.isPresent() && record.looksLike(stat.get())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Remembers a backup, durably: from now on the file counts as complete. Where the state file has
   * no room for the names of all tables, it remembers totals.
   */
  public void add(BackupRecord record) throws IOException {
    if (records.size() > MOST_UNPRUNED) {
      forgetVanished();
    }
    List<BackupRecord> next = new ArrayList<>();
    for (BackupRecord old : records) {
      if (!old.isSameAs(record)) {
        next.add(old.withoutTableNames());
      }
    }
    next.add(record);
    put(next);
    if (state.room() < RESERVE) {
      next.set(next.size() - 1, record.withoutTableNames());
      put(next);
    }
    state.save(disk);
    records = next;
  }

  /**
   * Makes durable what is remembered: whoever wrote it may have been killed before it was on disk.
   */
  void confirm() throws IOException {
    state.save(disk);
    disk.syncDirectory(names.directory());
  }

  /** Whether there may be a backup; costs nothing. */
  public boolean hasRecords() {
    return !records.isEmpty();
  }

  private void forgetVanished() throws IOException {
    List<Entry> existing = entries();
    List<BackupRecord> remembered = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      BackupRecord record = records.get(i);
      if (i >= records.size() - NEWEST_UNPRUNED || contains(existing, record)) {
        remembered.add(record);
      }
    }
    records = remembered;
  }

  private List<Path> candidates() {
    List<Path> files = new ArrayList<>();
    for (BackupNames.Series series : names.series()) {
      files.addAll(series.slots(BackupNames.MOST_SLOTS));
      files.addAll(series.keeps());
    }
    return files;
  }

  Disk disk() {
    return disk;
  }

  private void put(List<BackupRecord> next) {
    List<StateLine> lines = new ArrayList<>();
    for (BackupRecord record : next) {
      lines.add(record.toLine());
    }
    state.put(BackupRecord.KIND, lines);
  }

  /**
   * After a copy of the whole directory, for example, times and inodes say nothing. A file that
   * this process has open isn't read: it would lose its locks. One that can't be read may be
   * anybody's.
   */
  private Optional<BackupRecord> identifyByHash(Path file, FileStat stat) throws IOException {
    if (!mayBeOneOfTheSize(stat) || FileUsers.inThisProcess(Set.of(stat.id())) > 0) {
      return Optional.empty();
    }
    try {
      return identifyByHash(file, stat.size());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<BackupRecord> identifyByHash(Path file, long size) throws IOException {
    String hash = null;
    for (BackupRecord record : records) {
      if (record.size() == size) {
        hash = hash == null ? hashOf(file) : hash;
        if (record.hash().equals(hash)) {
          return Optional.of(record);
        }
      }
    }
    return Optional.empty();
  }

  private boolean mayBeOneOfTheSize(FileStat stat) {
    for (BackupRecord record : records) {
      if (record.size() == stat.size()) {
        return true;
      }
    }
    return false;
  }

  private static boolean contains(List<Entry> entries, BackupRecord record) {
    for (Entry entry : entries) {
      if (entry.record().isSameAs(record)) {
        return true;
      }
    }
    return false;
  }

  static String hashOf(Path file) throws IOException {
    try (FileBytes bytes = new FileBytes(file)) {
      return ImageHash.of(bytes);
    }
  }
}
