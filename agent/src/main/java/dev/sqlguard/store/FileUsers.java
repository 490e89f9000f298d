package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who has a file open, read from {@code /proc/<pid>/fd} by device and inode: this sees hard links,
 * idle connections that hold no lock, and files opened by native code. Where a process goes on
 * without its first thread, only its other threads show its descriptors.
 */
public final class FileUsers {
  private static final Path PROC = Path.of("/proc");

  /** Not {@code self/fd}: that shows nothing once the process's first thread has ended. */
  private static final Path SELF = PROC.resolve("thread-self/fd");

  private FileUsers() {}

  /** How many descriptors of this process lead to any of {@code files}. */
  public static int inThisProcess(Collection<FileId> files) throws IOException {
    return Platform.HAS_PROC ? descriptors(SELF, files) : 0;
  }

  /** Whether this process has the file open; quick where it was opened just now. */
  static boolean isOpenInThisProcess(FileId file) throws IOException {
    int[] numbers = numbersOfDescriptors();
    Arrays.sort(numbers);
    for (int i = numbers.length - 1; i >= 0; i--) {
      if (leadsTo(SELF.resolve(Integer.toString(numbers[i])), Set.of(file))) {
        return true;
      }
    }
    return false;
  }

  private static int[] numbersOfDescriptors() throws IOException {
    String[] names = SELF.toFile().list();
    if (names == null) {
      throw new IOException("the descriptors of this process can't be listed");
    }
    int[] numbers = new int[names.length];
    for (int i = 0; i < names.length; i++) {
      numbers[i] = Integer.parseInt(names[i]);
    }
    return numbers;
  }

  /**
   * Those of {@code files} that this process has open, and where the descriptors lead: to a real
   * path, or to one that ends with {@code (deleted)}.
   */
  public static Map<FileId, Path> pathsInThisProcess(Collection<FileId> files) throws IOException {
    Map<FileId, Path> paths = new LinkedHashMap<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(SELF)) {
      for (Path descriptor : descriptors) {
        Optional<FileId> id = idOf(descriptor);
        if (id.isPresent() && files.contains(id.get())) {
          paths.putIfAbsent(id.get(), Files.readSymbolicLink(descriptor));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return paths;
  }

  /**
   * A description of a process other than this one that has any of {@code files} open, or that we
   * may not look into and that could write to a file with the permissions of {@code model}.
   */
  public static Optional<String> inOtherProcesses(Collection<FileId> files, FileStat model)
      throws IOException {
    if (!Platform.HAS_PROC) {
      return Optional.of("processes can't be examined on this platform");
    }
    if (ProcessVisibility.isRestricted()) {
      return Optional.of("processes of others can't be examined (/proc is mounted with hidepid)");
    }
    String self = Long.toString(ProcessHandle.current().pid());
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        String pid = process.getFileName().toString();
        if (pid.equals(self)) {
          continue;
        }
        try {
          if (hasOpen(process, files)) {
            return Optional.of("process " + pid + " has it open");
          }
        } catch (IOException e) {
          Optional<ProcessCredentials> credentials = ProcessCredentials.of(process);
          boolean mayHaveIt =
              credentials.isPresent() ? credentials.get().mayWrite(model) : Files.exists(process);
          if (mayHaveIt) {
            return Optional.of("process " + pid + " can't be examined and may have it open");
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The identities of those of {@code paths} that exist. */
  public static Set<FileId> ids(Collection<Path> paths) throws IOException {
    Set<FileId> ids = new HashSet<>();
    for (Path path : paths) {
      Optional<FileStat> stat = FileStat.of(path);
      if (stat.isPresent()) {
        ids.add(stat.get().id());
      }
    }
    return ids;
  }

  /** The identities of a main file and its side files, as far as they exist. */
  public static Set<FileId> ids(SideFiles files) throws IOException {
    List<Path> paths = new ArrayList<>(files.all());
    paths.add(files.main());
    return ids(paths);
  }

  private static boolean hasOpen(Path process, Collection<FileId> files) throws IOException {
    Path fds = process.resolve("fd");
    if (descriptors(fds, files) > 0) {
      return true;
    }
    if (!isEmpty(fds)) {
      return false;
    }
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path thread : threads) {
        if (threadHasOpen(thread, files)) {
          return true;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return false;
  }

  private static boolean threadHasOpen(Path thread, Collection<FileId> files) throws IOException {
    try {
      return descriptors(thread.resolve("fd"), files) > 0;
    } catch (IOException e) {
      if (Files.exists(thread)) {
        throw e;
      }
      return false;
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      return !entries.iterator().hasNext();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static int descriptors(Path fdDirectory, Collection<FileId> files) throws IOException {
    int found = 0;
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(fdDirectory)) {
      for (Path descriptor : descriptors) {
        if (leadsTo(descriptor, files)) {
          found++;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  private static boolean leadsTo(Path descriptor, Collection<FileId> files) {
    Optional<FileId> id = idOf(descriptor);
    return id.isPresent() && files.contains(id.get());
  }

  private static Optional<FileId> idOf(Path descriptor) {
    try {
      Map<String, Object> id = Files.readAttributes(descriptor, "unix:dev,ino");
      return Optional.of(new FileId((Long) id.get("dev"), (Long) id.get("ino")));
    } catch (IOException e) {
      // Closed since the listing, or a kind of descriptor that has no file.
      return Optional.empty();
    }
  }
}
