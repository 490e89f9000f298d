package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.KernelView;
import dev.sqlguard.it.Shell;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard's one descriptor of a database. */
class LiveFileTest {
  @TempDir Path directory;

  /**
   * The garbage collector would close it at some moment, and take the application's locks along.
   */
  @Test
  void whereTheLockFailsNoDescriptorStays() throws Exception {
    Path main = Files.write(directory.resolve("app.db"), new byte[512]);
    Disk noLocks =
        new Disk(
            new WatchedSyscalls() {
              @Override
              protected void before(Call call) throws IOException {
                if (call.kind() == Call.Kind.LOCK) {
                  throw new IOException("No locks available");
                }
              }
            });
    FileId id = FileStat.ofEntry(main).orElseThrow().id();
    assertThrows(IOException.class, () -> LiveFile.tryExclusive(main, noLocks, new Parked()));
    assertEquals(0, FileUsers.inThisProcess(Set.of(id)));
  }

  private static FileId idOf(Path file) throws IOException {
    return FileStat.ofEntry(file).orElseThrow().id();
  }

  private static List<String> locks(Path file) throws IOException {
    return KernelView.locks(ProcessHandle.current().pid(), file);
  }

  /** Whatever lock the application has by now goes with the first descriptor that is closed. */
  @Test
  void whoIsLeftBehindClosesNothing() throws Exception {
    Path main = Files.write(directory.resolve("app.db"), new byte[512]);
    Lease lease = new Lease();
    Parked parked = new Parked();
    Disk disk = new Disk().under(lease);
    LiveFile writable = LiveFile.tryExclusive(main, disk, parked).orElseThrow();
    LiveFile readable = LiveFile.withoutLock(main, disk, parked);
    lease.revoke();
    try (RandomAccessFile application = new RandomAccessFile(main.toFile(), "rw")) {
      application.getChannel().lock(0, 1, false);
      writable.close();
      readable.close();
      assertEquals(List.of("WRITE 0 0"), locks(main));
      assertEquals(3, FileUsers.inThisProcess(Set.of(idOf(main))));
    }
    Reference.reachabilityFence(parked);
  }

  /** It is alone by the look of it, and may not be any more when it closes. */
  @Test
  void whoIsLeftBehindClosesNothingThoughNobodyElseHasItOpen() throws Exception {
    Path main = Files.write(directory.resolve("app.db"), new byte[512]);
    Lease lease = new Lease();
    Parked parked = new Parked();
    LiveFile live = LiveFile.tryExclusive(main, new Disk().under(lease), parked).orElseThrow();
    lease.revoke();
    live.close();
    assertEquals(1, FileUsers.inThisProcess(Set.of(idOf(main))));
    assertEquals(List.of(), locks(main), "other processes would be kept out");
    Reference.reachabilityFence(parked);
  }

  @Test
  void whoIsLeftBehindTakesNoLock() throws Exception {
    Path main = Files.write(directory.resolve("app.db"), new byte[512]);
    Lease lease = new Lease();
    Parked parked = new Parked();
    Syscalls revokedOnceOpen =
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) {}

          @Override
          protected void after(Call call) {
            lease.revoke();
          }
        };
    Disk disk = new Disk(revokedOnceOpen).under(lease);
    assertThrows(RevokedError.class, () -> LiveFile.tryExclusive(main, disk, parked));
    assertEquals(List.of(), locks(main));
    assertEquals(1, FileUsers.inThisProcess(Set.of(idOf(main))));
    Reference.reachabilityFence(parked);
  }

  /** A lock that the kernel gave late can't be let go: the application may have it too by then. */
  @Test
  void aLockThatCameTooLateStays() throws Exception {
    Path main = Files.write(directory.resolve("app.db"), new byte[512]);
    Lease lease = new Lease();
    Parked parked = new Parked();
    Syscalls slow =
        new WatchedSyscalls() {
          private int locks;

          @Override
          protected void before(Call call) {
            if (call.kind() == Call.Kind.LOCK && ++locks == 2) {
              lease.revoke();
            }
          }
        };
    LiveFile live = LiveFile.tryExclusive(main, new Disk(slow).under(lease), parked).orElseThrow();
    live.close();
    assertEquals(List.of("WRITE 1073741826 1073742335"), locks(main));
    Reference.reachabilityFence(parked);
  }

  /** A reader keeps its lock where the guard took none; with PENDING alone it would go unseen. */
  @ParameterizedTest
  @ValueSource(strings = {"BEGIN; SELECT * FROM t", "BEGIN IMMEDIATE"})
  void whoHasALockInAnotherProcessKeepsTheGuardOut(String lock) throws Exception {
    Shell.assumePresent();
    Path main = directory.resolve("app.db");
    try (Shell other = new Shell(main, 0)) {
      other.say("CREATE TABLE t(x)");
      assertEquals("", other.say(lock));
      List<String> its = KernelView.locks(other.pid(), main);
      assertEquals(Optional.empty(), LiveFile.tryExclusive(main, new Disk(), new Parked()));
      assertEquals(its, KernelView.locks(other.pid(), main));
      assertEquals(List.of(), locks(main));
      assertEquals(0, FileUsers.inThisProcess(Set.of(idOf(main))));
      assertEquals("", other.say("COMMIT"));
      try (LiveFile free = LiveFile.tryExclusive(main, new Disk(), new Parked()).orElseThrow()) {
        assertEquals(idOf(main), free.id());
      }
    }
  }

  /** Between the look at this process's descriptors and the locks, another thread attaches it. */
  @Test
  void whoAttachesItMeanwhileKeepsHisLock() throws Exception {
    Shell.assumePresent();
    Path main = directory.resolve("app.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + main);
        Statement statement = db.createStatement()) {
      statement.execute("CREATE TABLE t(x)");
      statement.execute("INSERT INTO t VALUES(1)");
    }
    try (Connection application = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement statement = application.createStatement()) {
      Disk disk =
          new Disk(
              new WatchedSyscalls() {
                @Override
                protected void before(Call call) {}

                @Override
                protected void after(Call call) {
                  if (call.kind() == Call.Kind.OPEN) {
                    beginToRead(statement, main);
                  }
                }
              });
      Parked parked = new Parked();
      assertEquals(Optional.empty(), LiveFile.tryExclusive(main, disk, parked));
      try (Shell other = new Shell(main, 0)) {
        assertTrue(Shell.isBusy(other.say("INSERT INTO t VALUES(2)")));
        statement.execute("COMMIT");
        assertEquals("", other.say("INSERT INTO t VALUES(2)"));
      }
      Reference.reachabilityFence(parked);
    }
  }

  private static void beginToRead(Statement statement, Path main) {
    try {
      statement.execute("ATTACH '" + main + "' AS a");
      statement.execute("BEGIN");
      statement.executeQuery("SELECT * FROM a.t").next();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is open isn't the file that was looked at, but one that the application uses. */
  @Test
  void aFileThatTookTheNameIsNotClosed() throws Exception {
    Path main = Files.write(directory.resolve("app.db"), new byte[512]);
    Path other = Files.write(directory.resolve("other.db"), new byte[512]);
    try (RandomAccessFile application = new RandomAccessFile(other.toFile(), "rw")) {
      application.getChannel().lock(0, 1, false);
      Disk disk =
          new Disk(
              new WatchedSyscalls() {
                @Override
                protected void before(Call call) throws IOException {
                  if (call.kind() == Call.Kind.OPEN) {
                    Files.move(other, main, StandardCopyOption.REPLACE_EXISTING);
                  }
                }
              });
      Parked parked = new Parked();
      assertEquals(Optional.empty(), LiveFile.tryExclusive(main, disk, parked));
      assertEquals(List.of("WRITE 0 0"), locks(main));
      Reference.reachabilityFence(parked);
    }
  }

  /** Somebody waits for a file that has lost its name. */
  @Test
  void othersAreKeptOutForGood() throws Exception {
    Shell.assumePresent();
    Path main = directory.resolve("app.db");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + main);
        Statement statement = db.createStatement()) {
      statement.execute("CREATE TABLE t(x)");
    }
    Parked parked = new Parked();
    LiveFile live = LiveFile.tryExclusive(main, new Disk(), parked).orElseThrow();
    live.keepOthersOut();
    live.close();
    try (Shell other = new Shell(main, 0)) {
      assertTrue(Shell.isBusy(other.say("INSERT INTO t VALUES(2)")));
    }
    Reference.reachabilityFence(parked);
  }
}
