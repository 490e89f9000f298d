package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a path really leads. */
public final class RealPath {
  /** As many as Linux follows. */
  private static final int MOST_LINKS = 40;

  private RealPath() {}

  /**
   * With symbolic links resolved, also where the file doesn't exist yet: SQLite would create what a
   * dangling link points to. Empty where the directory doesn't exist, or links go in a circle.
   */
  public static Optional<Path> of(Path path) throws IOException {
    return resolve(path.toAbsolutePath(), MOST_LINKS);
  }

  private static Optional<Path> resolve(Path path, int linksLeft) throws IOException {
    if (Files.exists(path)) {
      return Optional.of(path.toRealPath());
    }
    Path parent = path.getParent();
    if (linksLeft == 0 || parent == null || path.getFileName() == null || !Files.exists(parent)) {
      return Optional.empty();
    }
    if (Files.isSymbolicLink(path)) {
      return resolve(parent.resolve(Files.readSymbolicLink(path)), linksLeft - 1);
    }
    return Optional.of(parent.toRealPath().resolve(path.getFileName()));
  }
}
