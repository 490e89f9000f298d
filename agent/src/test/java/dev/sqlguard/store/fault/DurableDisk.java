package dev.sqlguard.store.fault;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model of files and directories that knows what of them is on disk for certain, and from that
 * what may be left of them when the power goes.
 *
 * <p>What it takes from POSIX, and nothing more: fsync of a file makes its content, size and
 * attributes durable, but no name of it; fsync of a directory makes the names in it durable. Of
 * everything else any part may be lost, whatever its order, down to single sectors. Taken for
 * granted beyond POSIX: a sector is written as a whole; a rename, or the making of one name, is on
 * disk as a whole or not at all; a write changes no other byte; nothing that was fsynced is lost.
 */
public final class DurableDisk {
  private static final int SECTOR = 512;

  /** Owner, mode and time of a file. */
  public record Attributes(int mode, int owner, int group, FileTime modified) {}

  /**
   * A file as the power loss left it.
   *
   * @param inode its number; where two names lead to one file, both have the same object
   */
  public record Remnant(long inode, byte[] content, Attributes attributes) {}

  /**
   * One change of a file's content that is under way.
   *
   * @param bytes what is written; null for a change of the size alone
   * @param size of the file afterwards
   */
  private record Change(long number, long position, byte[] bytes, int size) {
    boolean touches(long from, long to) {
      return bytes == null ? size < to : position < to && position + bytes.length > from;
    }

    /** Changes what {@code sector} holds of the file, which begins at {@code from} in it. */
    void apply(byte[] sector, long from) {
      if (bytes == null) {
        Arrays.fill(sector, (int) Math.max(0, size - from), sector.length, (byte) 0);
        return;
      }
      long begin = Math.max(from, position);
      long end = Math.min(from + sector.length, position + bytes.length);
      System.arraycopy(
          bytes, (int) (begin - position), sector, (int) (begin - from), (int) (end - begin));
    }
  }

  private record Touch(long number, Attributes attributes) {}

  private static final class Inode {
    final long number;
    byte[] durable;
    Attributes durableAttributes;
    byte[] content;
    Attributes attributes;
    final List<Change> changes = new ArrayList<>();
    final List<Touch> touches = new ArrayList<>();

    Inode(long number, byte[] content, Attributes attributes) {
      this.number = number;
      this.durable = content;
      this.content = content;
      this.durableAttributes = attributes;
      this.attributes = attributes;
    }
  }

  /** Takes one name away, gives one, or both at once. */
  private record NameChange(long number, Path removed, Path given, Inode inode) {
    boolean isIn(Path directory) {
      return (given == null ? removed : given).getParent().equals(directory);
    }

    void apply(Map<Path, Inode> names) {
      if (removed != null) {
        names.remove(removed);
      }
      if (given != null) {
        names.put(given, inode);
      }
    }
  }

  private final SortedMap<Path, Inode> names = new TreeMap<>();
  private final SortedMap<Path, Inode> durableNames = new TreeMap<>();
  private final List<NameChange> nameChanges = new ArrayList<>();
  private long last;

  /** A file that has been on disk for long. {@code otherName} may be null. */
  public void addDurable(
      Path path, Path otherName, long inode, byte[] content, Attributes attributes) {
    Inode file = otherName == null ? new Inode(inode, content, attributes) : inodeOf(otherName);
    names.put(path, file);
    durableNames.put(path, file);
  }

  /** An empty file under a free name. */
  public void create(Path path, long inode, Attributes attributes) {
    change(null, path, new Inode(inode, new byte[0], attributes));
  }

  /** Bytes into a file, which grows where they end behind its end. */
  public void write(Path path, long position, byte[] bytes, Attributes after) {
    Inode file = inodeOf(path);
    int size = Math.max(file.content.length, Math.toIntExact(position + bytes.length));
    file.content = Arrays.copyOf(file.content, size);
    System.arraycopy(bytes, 0, file.content, (int) position, bytes.length);
    file.changes.add(new Change(++last, position, bytes, size));
    touch(file, last, after);
  }

  /** Another size: what is cut off is gone, what is added is zeros. */
  public void resize(Path path, long size, Attributes after) {
    Inode file = inodeOf(path);
    file.content = Arrays.copyOf(file.content, Math.toIntExact(size));
    file.changes.add(new Change(++last, size, null, file.content.length));
    touch(file, last, after);
  }

  /** Other attributes. */
  public void touch(Path path, Attributes attributes) {
    touch(inodeOf(path), ++last, attributes);
  }

  private static void touch(Inode file, long number, Attributes attributes) {
    file.attributes = attributes;
    file.touches.add(new Touch(number, attributes));
  }

  /** fsync of a file. */
  public void sync(Path path) {
    Inode file = inodeOf(path);
    file.durable = file.content;
    file.durableAttributes = file.attributes;
    file.changes.clear();
    file.touches.clear();
  }

  /** fsync of a directory. */
  public void syncDirectory(Path directory) {
    for (Iterator<NameChange> i = nameChanges.iterator(); i.hasNext(); ) {
      NameChange change = i.next();
      if (change.isIn(directory)) {
        change.apply(durableNames);
        i.remove();
      }
    }
  }

  /** A new name for a file, in the same directory. */
  public void rename(Path from, Path to) {
    if (!from.getParent().equals(to.getParent())) {
      throw new IllegalArgumentException("the model has no renames between directories: " + to);
    }
    change(from, to, inodeOf(from));
  }

  /** A second name. */
  public void link(Path existing, Path name) {
    change(null, name, inodeOf(existing));
  }

  /** Does nothing where the name is free. */
  public void unlink(Path path) {
    if (names.containsKey(path)) {
      change(path, null, null);
    }
  }

  private void change(Path removed, Path given, Inode inode) {
    NameChange change = new NameChange(++last, removed, given, inode);
    change.apply(names);
    nameChanges.add(change);
  }

  private Inode inodeOf(Path path) {
    Inode file = names.get(path);
    if (file == null) {
      throw new IllegalStateException("the model knows no " + path);
    }
    return file;
  }

  /** The numbers of all changes of names that no fsync covers, the oldest first. */
  public List<Long> looseNames() {
    List<Long> numbers = new ArrayList<>();
    for (NameChange change : nameChanges) {
      numbers.add(change.number());
    }
    return numbers;
  }

  /** The numbers of all writes, and changes of sizes, that no fsync covers, the oldest first. */
  public List<Long> looseWrites() {
    List<Long> numbers = new ArrayList<>();
    for (Inode file : allFiles()) {
      for (Change change : file.changes) {
        numbers.add(change.number());
      }
    }
    Collections.sort(numbers);
    return numbers;
  }

  private Iterable<Inode> allFiles() {
    Map<Inode, Inode> files = new IdentityHashMap<>();
    for (Inode file : names.values()) {
      files.put(file, file);
    }
    for (Inode file : durableNames.values()) {
      files.put(file, file);
    }
    for (NameChange change : nameChanges) {
      if (change.inode() != null) {
        files.put(change.inode(), change.inode());
      }
    }
    return files.keySet();
  }

  /** The file that a process sees under a name; empty where there is none. */
  public Optional<Remnant> file(Path path) {
    Inode file = names.get(path);
    return file == null
        ? Optional.empty()
        : Optional.of(new Remnant(file.number, file.content, file.attributes));
  }

  /** All names that a process sees. */
  public List<Path> names() {
    return List.copyOf(names.keySet());
  }

  /** What is left when the power goes now. */
  public SortedMap<Path, Remnant> after(Loss loss) {
    SortedMap<Path, Inode> found = new TreeMap<>(durableNames);
    for (NameChange change : nameChanges) {
      if (loss.keepsName(change.number())) {
        change.apply(found);
      }
    }
    Map<Inode, Remnant> remnants = new IdentityHashMap<>();
    SortedMap<Path, Remnant> left = new TreeMap<>();
    for (Map.Entry<Path, Inode> name : found.entrySet()) {
      left.put(name.getKey(), remnants.computeIfAbsent(name.getValue(), file -> of(file, loss)));
    }
    return left;
  }

  private static Remnant of(Inode file, Loss loss) {
    Attributes attributes = file.durableAttributes;
    if (!file.touches.isEmpty()) {
      int reached = loss.reachedAttributes(numbersOfTouches(file));
      attributes = reached == 0 ? attributes : file.touches.get(reached - 1).attributes();
    }
    return new Remnant(file.number, contentOf(file, loss), attributes);
  }

  private static byte[] contentOf(Inode file, Loss loss) {
    if (file.changes.isEmpty()) {
      return file.durable;
    }
    int longest = file.durable.length;
    List<Change> ofSize = new ArrayList<>();
    int size = file.durable.length;
    for (Change change : file.changes) {
      longest = Math.max(longest, change.size());
      if (change.size() != size) {
        ofSize.add(change);
        size = change.size();
      }
    }
    byte[] content = Arrays.copyOf(file.durable, (longest + SECTOR - 1) / SECTOR * SECTOR);
    for (int from = 0; from < content.length; from += SECTOR) {
      List<Change> ofSector = new ArrayList<>();
      for (Change change : file.changes) {
        if (change.touches(from, from + SECTOR)) {
          ofSector.add(change);
        }
      }
      if (!ofSector.isEmpty()) {
        byte[] sector = Arrays.copyOfRange(content, from, from + SECTOR);
        int reached = loss.reachedSector(from / SECTOR, numbers(ofSector));
        for (Change change : ofSector.subList(0, reached)) {
          change.apply(sector, from);
        }
        System.arraycopy(sector, 0, content, from, SECTOR);
      }
    }
    int reached = ofSize.isEmpty() ? 0 : loss.reachedSize(numbers(ofSize));
    int left = reached == 0 ? file.durable.length : ofSize.get(reached - 1).size();
    return Arrays.copyOf(content, left);
  }

  private static long[] numbers(List<Change> changes) {
    return changes.stream().mapToLong(Change::number).toArray();
  }

  private static long[] numbersOfTouches(Inode file) {
    return file.touches.stream().mapToLong(Touch::number).toArray();
  }
}
