package dev.sqlguard.salvage.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A small sound database with one peculiarity.
 *
 * @param trap what goes wrong with it easily
 */
public record OddDatabase(String name, String trap, Recipe recipe) {
  /** Makes the database where no file is yet. */
  @FunctionalInterface
  public interface Recipe {
    void build(Path file) throws Exception;
  }

  /** Replaces what {@code folder} has of it. */
  public Path build(Path folder) throws Exception {
    Path file = folder.resolve(name + ".db");
    for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(file + suffix));
    }
    recipe.build(file);
    return file;
  }

  /** As the names of parameterized tests show it. */
  @Override
  public String toString() {
    return name;
  }
}
