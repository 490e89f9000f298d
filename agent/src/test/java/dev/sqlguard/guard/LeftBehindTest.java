package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.driver.JdbcDriver;
import dev.sqlguard.it.KernelView;
import dev.sqlguard.it.Shell;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.Lease;
import dev.sqlguard.store.RevokedError;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.DB;

/**
 * Each system call of a start in turn (some of them, without {@code -Pfull}) hangs until the time
 * is up, and the application goes on. Only when it holds a lock on its database does the call come
 * back, with success or with an error, and the thread that was left behind runs to its end. By then
 * nothing may have changed but what that one call did, and the lock has to be there still.
 */
class LeftBehindTest {
  private static final String INSERT = "INSERT INTO t(x) VALUES ('of the application')";

  /** Every call in the long run; a number that has no divisor in common with the ways back. */
  private static final int STRIDE = Integer.getInteger("sqlguard.it.rounds", 4) > 10 ? 1 : 5;

  /** A process that makes a start of each database whose path it is told. */
  static final class Starter implements AutoCloseable {
    private final Process process;
    private final BufferedWriter input;
    private final BufferedReader output;

    Starter() throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Starter.class.getName())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      input = process.outputWriter(StandardCharsets.UTF_8);
      output = process.inputReader(StandardCharsets.UTF_8);
    }

    public static void main(String[] none) throws IOException {
      BufferedReader paths =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      BufferedWriter answers =
          new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
      for (String path; (path = paths.readLine()) != null; ) {
        CrashTest.start(Path.of(path), new Disk());
        answers.write("done\n");
        answers.flush();
      }
    }

    void start(Path db) throws IOException {
      input.write(db + "\n");
      input.flush();
      assertEquals("done", output.readLine());
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** They change nothing, and close what the guard has opened of its own files. */
  private static final Set<Call.Kind> CLOSING =
      EnumSet.of(Call.Kind.START_WRITING, Call.Kind.CLOSE_ASIDE);

  /** Hangs in one call, and tells of all that come after it. */
  private static final class HangingSyscalls extends WatchedSyscalls {
    private final int moment;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private int calls;
    private volatile Call hung;
    private volatile boolean fails;
    private volatile boolean over;
    private volatile Call late;

    HangingSyscalls(int moment) {
      this.moment = moment;
    }

    @Override
    protected void before(Call call) throws IOException {
      if (over && !CLOSING.contains(call.kind())) {
        late = call;
      }
      if (calls++ == moment) {
        hung = call;
        arrived.countDown();
        await(released);
        if (fails) {
          throw new IOException("Input/output error");
        }
      }
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static Starter starter;

  @BeforeAll
  static void startTheStarter() throws IOException {
    Shell.assumePresent();
    starter = new Starter();
  }

  @AfterAll
  static void endTheStarter() {
    if (starter != null) {
      starter.close();
    }
  }

  /** What the application finds. */
  private enum Start {
    HEALTHY {
      @Override
      void prepare(Path db) throws Exception {
        CrashTest.execute(db, "UPDATE t SET x = 'newer' WHERE id = 1");
      }
    },
    DAMAGED {
      @Override
      void prepare(Path db) throws Exception {
        CrashTest.damage(db);
      }
    },
    DAMAGED_WITH_A_LOG {
      @Override
      void prepare(Path db) throws Exception {
        CrashTest.damage(db);
        CrashTest.leaveWal(db);
      }
    },
    HALF_INSTALLED {
      @Override
      void prepare(Path db) throws Exception {
        DAMAGED_WITH_A_LOG.prepare(db);
        HalfInstalled.stopIn(db);
      }
    };

    abstract void prepare(Path db) throws Exception;
  }

  @TempDir Path directory;

  /** Keeps the descriptors that it must not close, as long as it is reachable. */
  private Guard guard;

  private int revoked;
  private int waitedFor;

  @Test
  void ofAHealthyStart() throws Exception {
    everyCall(Start.HEALTHY);
  }

  @Test
  void ofARepair() throws Exception {
    everyCall(Start.DAMAGED);
    assertTrue(waitedFor > 0, "no call of an installation was among them");
  }

  @Test
  void ofARepairWithALog() throws Exception {
    everyCall(Start.DAMAGED_WITH_A_LOG);
  }

  @Test
  void ofTheStartAfterACrash() throws Exception {
    everyCall(Start.HALF_INSTALLED);
  }

  private void everyCall(Start start) throws Exception {
    for (int i = 0; leaveBehind(start, i * STRIDE, i); i++) {
      assertTrue(revoked + waitedFor == i + 1);
    }
    assertTrue(revoked > 0);
  }

  /**
   * @return false where the start has fewer calls
   */
  private boolean leaveBehind(Start start, int moment, int round) throws Exception {
    Path db = Files.createDirectory(directory.resolve(start + "-" + moment)).resolve("app.db");
    CrashTest.create(db, CrashTest.ROWS);
    CrashTest.start(db, new Disk());
    start.prepare(db);
    HangingSyscalls calls = new HangingSyscalls(moment);
    Lease lease = new Lease();
    guard = CrashTest.guard(Settings.Check.FULL, new Disk(calls)).under(lease);
    Thread worker = new Thread(() -> visit(db));
    worker.start();
    while (calls.arrived.getCount() > 0 && worker.isAlive()) {
      calls.arrived.await(1, TimeUnit.MILLISECONDS);
    }
    if (calls.hung == null) {
      return false;
    }
    String what = start + ", call " + moment + ": " + calls.hung;
    boolean section = !lease.tryRevoke();
    boolean cutOff = !section || round % 2 == 0;
    if (cutOff) {
      revoked++;
      lease.revoke();
      guard.leftBehind(db, Duration.ZERO);
      calls.over = true;
      calls.fails = section || round % 3 == 0;
    } else {
      waitedFor++;
      calls.released.countDown();
      worker.join();
    }
    try (Connection application = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = application.createStatement();
        Shell other = new Shell(db, 0)) {
      statement.execute("BEGIN IMMEDIATE");
      String locks = locks(db);
      String content = checksums(db);
      Map<String, String> before = files(db);
      calls.released.countDown();
      worker.join();
      assertNull(calls.late, what);
      assertEquals(locks, locks(db), what);
      assertTrue(Shell.isBusy(other.say("BEGIN IMMEDIATE")), what);
      assertEquals(content, checksums(db), what);
      Set<String> changed = changes(before, files(db));
      if (cutOff && !calls.fails) {
        changed.removeAll(namesIn(calls.hung));
      }
      assertEquals(Set.of(), changed, what);
      statement.execute(INSERT);
      statement.execute("COMMIT");
    }
    giveUpDescriptors(db);
    starter.start(db);
    try (Shell shell = new Shell(db, 0)) {
      assertEquals("ok", shell.say("PRAGMA integrity_check"), what);
      assertEquals("1", shell.say("SELECT count(*) FROM t WHERE x = 'of the application'"), what);
      String rows = shell.say("SELECT count(*) FROM t");
      assertEquals(Integer.toString(CrashTest.ROWS + 1), rows, what);
    }
    assertEquals(1, (Integer) Files.getAttribute(db, "unix:nlink"), what);
    CrashTest.assertNothingStaged(db, moment);
    assertTrue(CrashTest.rows(CrashTest.beside(db, ".bak")) >= CrashTest.ROWS, what);
    return true;
  }

  /** As the end of this JVM would: the garbage collector closes what nobody can reach. */
  private void giveUpDescriptors(Path db) throws IOException {
    guard = null;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (FileUsers.inThisProcess(FileUsers.ids(SideFiles.of(db))) > 0) {
      System.gc();
      assertTrue(System.nanoTime() < end, "descriptors stay");
    }
  }

  private void visit(Path db) {
    Target target = new Target(db, db, false, true, true);
    try {
      guard.beforeFirstOpen(target, new JdbcDriver(DB.class, () -> true));
    } catch (RevokedError e) {
      // As it has to end.
    }
  }

  private static String locks(Path db) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String suffix : new String[] {"", "-shm"}) {
      Path file = CrashTest.beside(db, suffix);
      if (Files.exists(file)) {
        all.append(KernelView.locks(ProcessHandle.current().pid(), file));
      }
    }
    return all.toString();
  }

  /** By another process: reading them here would cost the application its locks. */
  private static String checksums(Path db) throws Exception {
    Process sum =
        new ProcessBuilder("sh", "-c", "cat \"$0\" \"$0-wal\" 2>&1 | cksum", db.toString()).start();
    try (BufferedReader output = sum.inputReader()) {
      return output.readLine();
    }
  }

  /** What lies there, each with what a change of it would change. */
  private static Map<String, String> files(Path db) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (var all = Files.newDirectoryStream(db.getParent())) {
      for (Path file : all) {
        FileStat stat = FileStat.ofEntry(file).orElseThrow();
        found.put(
            file.getFileName().toString(),
            stat.id() + " " + stat.size() + " " + stat.modified() + " " + stat.links());
      }
    }
    return found;
  }

  private static Set<String> changes(Map<String, String> before, Map<String, String> after) {
    Set<String> changed = new TreeSet<>(before.keySet());
    changed.addAll(after.keySet());
    changed.removeIf(name -> before.getOrDefault(name, "").equals(after.get(name)));
    return changed;
  }

  private static Set<String> namesIn(Call call) {
    Set<String> names = new TreeSet<>();
    names.add(call.path().getFileName().toString());
    if (call.target() != null) {
      names.add(call.target().getFileName().toString());
    }
    return names;
  }
}
