package dev.sqlguard.store;

import java.nio.file.Path;
import java.util.List;

/** The files that SQLite keeps beside a main file, by its name. */
public record SideFiles(Path main, Path wal, Path shm, Path journal) {
  /** The ends of the names of all side files. */
  public static final List<String> SUFFIXES = List.of("-wal", "-shm", "-journal");

  public static SideFiles of(Path main) {
    return new SideFiles(main, named(main, "-wal"), named(main, "-shm"), named(main, "-journal"));
  }

  /** Without the main file. */
  public List<Path> all() {
    return List.of(wal, shm, journal);
  }

  /** {@code path} with {@code suffix} at the end of its name. */
  public static Path named(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }
}
