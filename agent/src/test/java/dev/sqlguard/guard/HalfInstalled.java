package dev.sqlguard.guard;

import dev.sqlguard.store.Disk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Databases whose restore was interrupted at its worst moment: the side files are gone, the good
 * file isn't in place yet.
 */
public final class HalfInstalled {
  /** How many rows table {@code t} has in the backup that was about to be installed. */
  public static final int ROWS = CrashTest.ROWS;

  private HalfInstalled() {}

  /**
   * Makes one in a new folder of the directory that is named, and prints its path. To be run on the
   * guard's classes, which tests of the shipped jar don't have.
   */
  public static void main(String[] arguments) throws Exception {
    System.out.println(in(Path.of(arguments[0])));
  }

  private static Path in(Path directory) throws Exception {
    for (int stop = 0; ; stop++) {
      Path db = Files.createDirectory(directory.resolve("stop-" + stop)).resolve("app.db");
      CrashTest.create(db, ROWS);
      CrashTest.start(db, new Disk());
      CrashTest.damage(db);
      CrashTest.leaveWal(db);
      byte[] damaged = Files.readAllBytes(db);
      if (!CrashTest.startAndStop(db, stop)) {
        throw new AssertionError("no stop leaves a half installed database");
      }
      if (Files.notExists(CrashTest.beside(db, "-wal"))
          && Arrays.equals(damaged, Files.readAllBytes(db))) {
        return db;
      }
    }
  }
}
