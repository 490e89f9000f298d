package dev.sqlguard.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * What the guard remembers of one database between runs, and the lock by which guards of several
 * processes take turns.
 *
 * <p>The file has two slots of equal size. A save writes the slot that doesn't hold the newest
 * state, so that a crash in the middle leaves the other one; each slot carries a generation and a
 * checksum, and the newest valid one counts. It is never replaced by another file, because the lock
 * is on this one.
 */
public final class StateFile implements Closeable {
  private static final int SLOT = 64 * 1024;
  private static final String MAGIC = "sqlguard-state-1";
  private static final int SAVES_OF_NAME = 2;
  private static final long POLL_NANOS = 20_000_000;

  private final Path path;
  private final RandomAccessFile file;
  private long generation;

  /** Whether the newest state is on disk for certain. */
  private boolean onDisk;

  private List<StateLine> lines = new ArrayList<>();

  /** Told when this is closed; null where it was opened alone. */
  private StateFiles claimant;

  private FileId claimed;

  private StateFile(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Opens the file, creates it where it is missing, and takes its lock. For a process that opens it
   * once at a time: {@link StateFiles} sees to that.
   *
   * @param model whose owner and mode a new file gets
   * @param waitNanos how long to wait for another guard
   * @return empty where another guard kept the lock all that time
   * @throws IOException where the file can't be created, isn't an ordinary, writable file, or is
   *     somebody else's
   */
  public static Optional<StateFile> open(Path path, FileStat model, Disk disk, long waitNanos)
      throws IOException {
    create(path, model, disk);
    return lock(path, model, disk, waitNanos);
  }

  /** Makes sure that the file exists. */
  static void create(Path path, FileStat model, Disk disk) throws IOException {
    try {
      disk.create(path);
      disk.adopt(path, model);
    } catch (FileAlreadyExistsException e) {
      // Made by an earlier run.
    }
  }

  /** Opens the file, which exists, and takes its lock. */
  static Optional<StateFile> lock(Path path, FileStat model, Disk disk, long waitNanos)
      throws IOException {
    if (!Ownership.isTrusted(requireOrdinary(path), path.getParent(), model)) {
      throw new IOException(path + " belongs to somebody else");
    }
    long deadline = System.nanoTime() + waitNanos;
    while (true) {
      Optional<StateFile> opened = Uninterrupted.run(() -> tryOpen(path, disk));
      if (opened.isPresent() || System.nanoTime() > deadline) {
        return opened;
      }
      pause();
    }
  }

  /**
   * Reads without taking the lock. Not for a state file that this process has open: closing a
   * second descriptor would release the lock.
   */
  static StateFile peek(Path path) throws IOException {
    requireOrdinary(path);
    try (RandomAccessFile file = OpenedFile.forReading(path)) {
      StateFile state = new StateFile(path, file);
      state.load();
      return state;
    }
  }

  public Path path() {
    return path;
  }

  /** All lines of a kind, in the order in which they were put. */
  public List<StateLine> lines(String kind) {
    List<StateLine> found = new ArrayList<>();
    for (StateLine line : lines) {
      if (line.kind().equals(kind)) {
        found.add(line);
      }
    }
    return found;
  }

  /** Replaces all lines of a kind, in memory: {@link #save} makes it durable. */
  public void put(String kind, List<StateLine> replacement) {
    List<StateLine> next = new ArrayList<>();
    for (StateLine line : lines) {
      if (!line.kind().equals(kind)) {
        next.add(line);
      }
    }
    next.addAll(replacement);
    lines = next;
  }

  /**
   * Writes and fsyncs. Afterwards a crash leaves this state, before it the last one.
   *
   * <p>The file's name is made durable as well: without it, what the state is about would count as
   * somebody else's. Twice, because the first to do it may have been killed over it. What was read
   * may have been written by one who was killed over it, too: it is on disk before the slot is
   * overwritten that would be left of it.
   */
  public void save(Disk disk) throws IOException {
    byte[] slot = encode(generation + 1);
    if (slot.length > SLOT) {
      throw new IOException(path + ": more state than its file can hold");
    }
    if (!onDisk && generation > 0) {
      disk.sync(path, file);
    }
    onDisk = true;
    disk.writeDurably(path, file, (generation + 1) % 2 * SLOT, slot);
    generation++;
    if (generation <= SAVES_OF_NAME) {
      disk.syncDirectory(path.getParent());
    }
  }

  /** How many more bytes {@link #save} would take; negative where it would throw. */
  public int room() {
    return SLOT - encode(generation + 1).length;
  }

  private byte[] encode(long number) {
    StringBuilder text = new StringBuilder();
    for (StateLine line : lines) {
      text.append(line.encode()).append('\n');
    }
    byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
    byte[] head =
        (MAGIC + " " + number + " " + body.length + " " + checksum(number, body) + "\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] slot = new byte[head.length + body.length];
    System.arraycopy(head, 0, slot, 0, head.length);
    System.arraycopy(body, 0, slot, head.length, body.length);
    return slot;
  }

  /** {@code id} is released once the descriptor is closed. */
  void claimedBy(StateFiles files, FileId id) {
    claimant = files;
    claimed = id;
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      if (claimant != null) {
        claimant.release(claimed);
      }
    }
  }

  private static FileStat requireOrdinary(Path path) throws IOException {
    Optional<FileStat> entry = FileStat.ofEntry(path);
    if (entry.isEmpty() || !entry.get().regular()) {
      throw new IOException(path + " is not an ordinary file");
    }
    return entry.get();
  }

  private static Optional<StateFile> tryOpen(Path path, Disk disk) throws IOException {
    RandomAccessFile file = disk.open(path);
    boolean keep = false;
    try {
      if (!disk.tryLock(path, file)) {
        return Optional.empty();
      }
      StateFile state = new StateFile(path, file);
      if (state.isForeign()) {
        throw new IOException(path + " isn't the guard's; move it away");
      }
      state.load();
      keep = true;
      return Optional.of(state);
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    } finally {
      if (!keep) {
        file.close();
      }
    }
  }

  private boolean isForeign() throws IOException {
    byte[] mark = MAGIC.getBytes(StandardCharsets.UTF_8);
    return !new StateRemains(file, mark, SLOT).areOurs();
  }

  private void load() throws IOException {
    for (int slot = 0; slot < 2; slot++) {
      load(slot * SLOT);
    }
  }

  private void load(long at) throws IOException {
    byte[] slot = new byte[(int) Math.max(0, Math.min(SLOT, file.length() - at))];
    file.seek(at);
    file.readFully(slot);
    int headEnd = 0;
    while (headEnd < slot.length && slot[headEnd] != '\n') {
      headEnd++;
    }
    String[] head = new String(slot, 0, headEnd, StandardCharsets.UTF_8).split(" ");
    if (head.length != 4 || !head[0].equals(MAGIC)) {
      return;
    }
    try {
      long found = Long.parseLong(head[1]);
      int length = Integer.parseInt(head[2]);
      if (found <= generation || length < 0 || length > slot.length - headEnd - 1) {
        return;
      }
      byte[] body = new byte[length];
      System.arraycopy(slot, headEnd + 1, body, 0, length);
      if (Long.parseLong(head[3]) == checksum(found, body)) {
        generation = found;
        lines = decode(body);
      }
    } catch (NumberFormatException e) {
      // A torn slot: the other one counts.
    }
  }

  private static List<StateLine> decode(byte[] body) {
    List<StateLine> lines = new ArrayList<>();
    for (String line : new String(body, StandardCharsets.UTF_8).split("\n")) {
      if (!line.isEmpty()) {
        lines.add(StateLine.decode(line));
      }
    }
    return lines;
  }

  private static long checksum(long generation, byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(Long.toString(generation).getBytes(StandardCharsets.UTF_8));
    crc.update(body);
    return crc.getValue();
  }

  private static void pause() {
    boolean interrupted = Thread.interrupted();
    LockSupport.parkNanos(POLL_NANOS);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
