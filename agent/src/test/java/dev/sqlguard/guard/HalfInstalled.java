package dev.sqlguard.guard;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.StoppingSyscalls;
import dev.sqlguard.store.fault.WatchedSyscalls;
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
    Path wal = CrashTest.beside(db, "-wal");
    byte[] damaged = Files.readAllBytes(db);
    WatchedSyscalls dying =
        new WatchedSyscalls() {
          private boolean dead;

          @Override
          protected void before(Call call) {
            dead |= call.kind() == Call.Kind.RENAME && db.equals(call.target());
            if (dead) {
              throw new StoppingSyscalls.Stopped();
            }
          }
        };
    try {
      CrashTest.start(db, new Disk(dying));
    } catch (StoppingSyscalls.Stopped e) {
      if (Files.notExists(wal) && Arrays.equals(damaged, Files.readAllBytes(db))) {
        return;
      }
    }
    throw new AssertionError("no stop leaves a half installed database");
  }
}
