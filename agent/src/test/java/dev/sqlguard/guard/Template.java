package dev.sqlguard.guard;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateFiles;
import dev.sqlguard.store.StateLine;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A scene as it was built, to be laid out again and again at the same place. The state files know
 * files by their inodes: what is laid out gets those of the new files.
 */
final class Template {
  private static final List<String> KINDS =
      List.of("backup", "evidence", "intent", "proposal", "seal");
  private static final List<String> INODES = List.of("inode", "candidate", "quarantine-inode");

  private final Scene scene;
  private final String expected;
  private final Path store;
  private final boolean knownByInode;
  private final Map<Path, Long> inodes = new LinkedHashMap<>();

  /**
   * @param expected what the database holds when the guard has done its work
   * @param store a new directory on the same file system
   * @param knownByInode false where the state files are to know nothing but what files hold, as
   *     after a copy of everything
   */
  Template(Scene scene, String expected, Path store, boolean knownByInode) throws IOException {
    this.scene = scene;
    this.expected = expected;
    this.store = Files.createDirectory(store);
    this.knownByInode = knownByInode;
    Map<Long, Path> first = new HashMap<>();
    for (Path directory : scene.directories()) {
      Files.createDirectory(stored(directory));
      for (Path file : list(directory)) {
        long inode = inode(file);
        inodes.put(file, inode);
        if (first.putIfAbsent(inode, file) == null) {
          Files.copy(file, stored(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  /** What the database holds when the guard has done its work. */
  String expected() {
    return expected;
  }

  /** As it lies there now. */
  Scene scene() {
    return scene;
  }

  /** Puts everything where it was, in place of whatever lies there. */
  Scene layOut() throws IOException {
    for (Path directory : scene.directories()) {
      for (Path file : list(directory)) {
        Files.delete(file);
      }
    }
    Map<Long, Path> first = new HashMap<>();
    for (Map.Entry<Path, Long> file : inodes.entrySet()) {
      Path other = first.putIfAbsent(file.getValue(), file.getKey());
      if (other != null) {
        Files.createLink(file.getKey(), other);
      } else {
        Files.copy(stored(file.getKey()), file.getKey(), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    if (knownByInode) {
      Map<String, String> now = new HashMap<>();
      for (Map.Entry<Path, Long> file : inodes.entrySet()) {
        now.put(Long.toString(file.getValue()), Long.toString(inode(file.getKey())));
      }
      for (Path file : inodes.keySet()) {
        if (file.toString().endsWith(".sqlguard")) {
          renumber(file, now);
        }
      }
      if (!scene.seals().isEmpty()) {
        scene.sealed();
      }
    }
    return scene;
  }

  /** In both slots, so that a torn one makes no difference. */
  private static void renumber(Path state, Map<String, String> inodes) throws IOException {
    Disk disk = new Disk(new StoppingSyscalls(Integer.MAX_VALUE));
    FileStat model = FileStat.ofEntry(state).orElseThrow();
    try (StateFile file = new StateFiles().open(state, model, disk, 0).orElseThrow()) {
      for (String kind : KINDS) {
        List<StateLine> lines = new ArrayList<>();
        for (StateLine line : file.lines(kind)) {
          Map<String, String> fields = new LinkedHashMap<>(line.fields());
          for (String inode : INODES) {
            fields.computeIfPresent(inode, (key, old) -> inodes.getOrDefault(old, old));
          }
          lines.add(new StateLine(kind, fields));
        }
        file.put(kind, lines);
      }
      file.save(disk);
      file.save(disk);
    }
  }

  private Path stored(Path file) {
    Path directory = scene.db().getParent().getParent();
    return store.resolve(directory.relativize(file).toString());
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static long inode(Path file) throws IOException {
    return (Long) Files.getAttribute(file, "unix:ino");
  }
}
