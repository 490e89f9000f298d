package dev.sqlguard.cli;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.guard.JoinRequest.Access;
import dev.sqlguard.guard.JoinRequest.Databases;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The SQLite databases that another process has open. Their headers are read here: the locks of
 * that process don't care what this one opens and closes.
 */
final class OpenDatabases {
  private static final String WAL = "-wal";

  private final Path descriptors;

  /** By where the descriptors lead. */
  private final Map<Path, FileId> files = new LinkedHashMap<>();

  private final Map<FileId, Path> anyDescriptor = new HashMap<>();
  private final Set<FileId> writable = new HashSet<>();

  /**
   * @param descriptors {@code /proc/<pid>/fd}
   */
  OpenDatabases(Path descriptors) {
    this.descriptors = descriptors;
  }

  Databases find() throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        look(descriptor);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Map<FileId, Access> found = new LinkedHashMap<>();
    for (Map.Entry<Path, FileId> file : files.entrySet()) {
      // One with an open WAL is one whatever is in it: encrypted, or nothing yet.
      boolean hasWal = files.containsKey(SideFiles.of(file.getKey()).wal());
      if (hasWal || hasHeader(anyDescriptor.get(file.getValue()))) {
        found.put(file.getValue(), accessTo(file.getValue()));
      }
    }
    return new Databases(true, found);
  }

  private Access accessTo(FileId file) throws IOException {
    for (Path wal : files.keySet()) {
      String name = wal.getFileName().toString();
      if (name.endsWith(WAL) && name.length() > WAL.length()) {
        Path main = wal.resolveSibling(name.substring(0, name.length() - WAL.length()));
        // The descriptors of a main file lead to its real path, those of its WAL to where it lies.
        if (!files.containsKey(main)
            && FileStat.of(main).map(FileStat::id).filter(file::equals).isPresent()) {
          return Access.THROUGH_LINK;
        }
      }
    }
    return writable.contains(file) ? Access.WRITABLE : Access.READ_ONLY;
  }

  private void look(Path descriptor) throws IOException {
    try {
      Optional<FileStat> stat = FileStat.of(descriptor);
      if (stat.isEmpty() || !stat.get().regular()) {
        return;
      }
      FileId id = stat.get().id();
      files.put(Files.readSymbolicLink(descriptor), id);
      anyDescriptor.put(id, descriptor);
      if (Files.getPosixFilePermissions(descriptor, LinkOption.NOFOLLOW_LINKS)
          .contains(PosixFilePermission.OWNER_WRITE)) {
        writable.add(id);
      }
    } catch (IOException e) {
      if (Files.exists(descriptor, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  private static boolean hasHeader(Path file) {
    try (FileBytes bytes = FileBytes.throughDescriptor(file)) {
      return DatabaseHeader.read(bytes).isPresent();
    } catch (IOException e) {
      // Closed meanwhile, or opened with rights that nobody has any more.
      return false;
    }
  }
}
