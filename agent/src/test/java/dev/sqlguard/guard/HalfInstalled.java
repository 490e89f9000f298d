package dev.sqlguard.guard;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.nio.file.Files;
import java.nio.file.Path;

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
    Path db = Files.createDirectory(directory.resolve("half")).resolve("app.db");
    CrashTest.create(db, ROWS);
    CrashTest.start(db, new Disk());
    CrashTest.damage(db);
    CrashTest.leaveWal(db);
    stopIn(db);
    return db;
  }

  /** Lets the guard die there, in the repair of a damaged database that has a log. */
  static void stopIn(Path db) throws Exception {
    StoppingSyscalls calls = new StoppingSyscalls(call -> call.is(Call.Kind.RENAME, "-install"));
    if (!CrashTest.startAndStop(db, calls)) {
      throw new AssertionError("nothing was installed");
    }
  }
}
