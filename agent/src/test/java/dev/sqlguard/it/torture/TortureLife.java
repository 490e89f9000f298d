package dev.sqlguard.it.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.it.Databases;
import dev.sqlguard.it.GuardedJvm;
import dev.sqlguard.it.KernelView;
import dev.sqlguard.it.torture.TortureTally.Count;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One database in the hands of one {@link NumberedWriter} after the other, most of which are
 * killed.
 *
 * <p>A kill counts as one in the guard's start only if the kernel says that the process, frozen,
 * holds the lock on the guard's state file at that moment: the guard has it from before it looks at
 * the database until it is done. One in its work at exit counts if the thread is alive that does
 * that work: it is started when the application's own shutdown hooks are over, and ends with the
 * work. Both are asked for between SIGSTOP and SIGKILL, so no time passes in between.
 *
 * <p>After every complete start, before anything is written, {@link PromiseCheck} looks at
 * everything.
 */
final class TortureLife {
  private static final int FIRST_ROWS = 300;
  private static final int THREADS = 3;
  private static final long MOST_LEFT = 2_000_000;
  private static final long ROOM_TO_SPARE = 3 << 20;
  private static final long SPAN = 10_000;
  private static final int SIGTERM = 15;

  /** WAL_CKPT_LOCK (SQLite's walformat, section 2.3.1). */
  private static final int CHECKPOINT_LOCK = 121;

  /** mxFrame and nBackfill. */
  private static final int FRAMES = 16;

  private static final int FOLDED_FRAMES = 96;

  private static final String EXIT_THREAD = "sqlguard-exit";
  private static final long MOST_WAITED_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long POLL_NANOS = 100_000;
  private static final long FIRST_GUESS_NANOS = 60_000_000;

  private static final AimedAt START = new AimedAt(FIRST_GUESS_NANOS);
  private static final AimedAt BUSY_EXIT = new AimedAt(30_000_000);
  private static final AimedAt QUIET_EXIT = new AimedAt(5_000_000);

  private final Path db;
  private final SmallDisk disk;
  private final Random random;
  private final WriterSupply jvms;
  private final TortureTally tally;
  private final PromiseCheck check;
  private final List<String> story = new ArrayList<>();
  private final String[] settings;

  /** Whether starts may rely on a seal, and exits make one. */
  private final boolean sealing;

  private long nextNumber;
  private boolean over;

  /** Whether the disk may have been full at any moment since it was freed. */
  private boolean full;

  /**
   * @param directory of the database
   * @param disk fills up from time to time; null where it doesn't
   * @param sealing whether with {@code check=auto}, and the time at exit that everybody has
   */
  TortureLife(
      Path directory,
      SmallDisk disk,
      boolean sealing,
      Random random,
      WriterSupply jvms,
      TortureTally tally)
      throws Exception {
    this.sealing = sealing;
    jvms.use(sealing ? "check=auto" : "exit-timeout=1s");
    this.db = directory.resolve("app.db");
    this.disk = disk;
    this.random = random;
    this.jvms = jvms;
    this.tally = tally;
    this.check = new PromiseCheck(db, jvms, tally);
    String mode = random.nextInt(3) == 0 ? "DELETE" : "WAL";
    String synchronous = random.nextBoolean() ? "FULL" : "NORMAL";
    String checkpoint = random.nextBoolean() ? "1000" : "10";
    settings = new String[] {mode, synchronous, checkpoint};
    String pageSize = random.nextBoolean() ? "1024" : "4096";
    story.add(mode + " " + synchronous + " checkpoint=" + checkpoint + " page=" + pageSize);
    story.add(sealing ? "check=auto" : "check=full");
    create(pageSize);
  }

  private void create(String pageSize) throws Exception {
    List<String> statements = new ArrayList<>();
    statements.add("PRAGMA page_size=" + pageSize);
    statements.add(NumberedRows.TABLE);
    statements.add(NumberedRows.INDEX);
    for (; nextNumber < FIRST_ROWS; nextNumber = NumberedRows.next(nextNumber)) {
      check.rows().acknowledge(nextNumber);
      for (long row = nextNumber; row < NumberedRows.next(nextNumber); row++) {
        String text = "'" + NumberedRows.text(row) + "'";
        String values = row + ", " + NumberedRows.key(row) + ", " + text;
        statements.add("INSERT INTO t VALUES (" + values + ")");
      }
    }
    statements.add(1, "PRAGMA synchronous=OFF");
    Databases.execute(db, statements.toArray(new String[0]));
    nextNumber = SPAN;
  }

  private boolean isWal() {
    return settings[0].equals("WAL");
  }

  /** Whether the application can't open it any more. */
  boolean isOver() {
    return over;
  }

  List<String> story() {
    return story;
  }

  /** One process that comes to the database, and its end. */
  void round() throws Exception {
    CompletableFuture<Void> filling = CompletableFuture.completedFuture(null);
    if (disk == null && !check.isDamaged() && random.nextInt(5) == 0) {
      inflict();
    } else if (disk != null && !full && random.nextInt(3) > 0) {
      filling = fillUp();
    }
    try {
      int kind = random.nextInt(100);
      if (kind < 32) {
        killInStart();
      } else {
        GuardedJvm.Running app = kind < 40 && !check.isDamaged() && !full ? race() : start();
        if (app != null) {
          use(app, random.nextInt(isWal() ? 100 : 160));
        }
      }
    } finally {
      filling.get();
    }
    if (full && random.nextBoolean()) {
      free();
    }
  }

  /** At once, or at a random moment of the start, or later. */
  private CompletableFuture<Void> fillUp() throws IOException {
    full = true;
    tally.add(Count.FULL_DISKS);
    long left = random.nextInt(3) == 0 ? 0 : random.nextLong(MOST_LEFT);
    int when = random.nextInt(3);
    story.add("the disk fills up to " + left + ": " + when);
    if (when == 0) {
      disk.fillUpTo(left);
      return CompletableFuture.completedFuture(null);
    }
    long seed = random.nextLong();
    return CompletableFuture.runAsync(
        () -> {
          START.await(new Random(seed));
          LockSupport.parkNanos(when == 1 ? 0 : 100_000_000);
          try {
            disk.fillUpTo(left);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void free() throws IOException {
    if (disk != null) {
      disk.free();
      full = false;
      story.add("the disk is free");
    }
  }

  /** One more start and an exit, both undisturbed; counts what is where. */
  void end() throws Exception {
    free();
    GuardedJvm.Running app = start();
    if (app == null) {
      return;
    }
    tally.add(Count.ENDS);
    try (app) {
      note(app.end("return"));
    }
    check.atTheEnd();
  }

  private void inflict() throws Exception {
    InjectedDamage[] all = InjectedDamage.values();
    InjectedDamage chosen = all[random.nextInt(all.length)];
    if (!chosen.isPossible(db)) {
      return;
    }
    check.beforeDamage(chosen);
    chosen.inflict(db, random);
    story.add("damage " + chosen);
    tally.add(Count.DAMAGES);
  }

  private String[] open() {
    return new String[] {"open", db.toString(), settings[0], settings[1], settings[2]};
  }

  private void killInStart() throws Exception {
    check.beforeStart();
    try (GuardedJvm.Running app = jvms.next()) {
      app.tell(open());
      if (random.nextBoolean()) {
        awaitVisit(app.pid());
      }
      START.await(random);
      story.add("kill at a start: " + freezeAndKillInStart(app));
    }
  }

  /** Until the guard has the lock on its state file, or there is nothing to wait for any more. */
  private void awaitVisit(long pid) throws Exception {
    Path state = Databases.beside(db, ".sqlguard");
    long deadline = System.nanoTime() + 4 * FIRST_GUESS_NANOS;
    while (System.nanoTime() < deadline
        && (!Files.exists(state) || KernelView.locks(pid, state).isEmpty())) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private String freezeAndKillInStart(GuardedJvm.Running app) throws Exception {
    FrozenProcess frozen = FrozenProcess.freeze(app.pid());
    boolean hit = frozen.locks(Databases.beside(db, ".sqlguard"));
    List<String> left = new ArrayList<>(Databases.filesOf(db));
    left.removeIf(name -> !name.contains(".sqlguard-"));
    note(app.kill());
    tally.add(Count.KILLS);
    tally.add(hit ? Count.KILLS_IN_START : Count.KILLS_ELSEWHERE);
    if (hit && !left.isEmpty()) {
      tally.add(Count.UNFINISHED_START);
    }
    if (hit && left.toString().contains(".sqlguard-damaged")) {
      tally.add(Count.KILLS_IN_REPAIR);
    }
    return hit + " " + left;
  }

  /**
   * While the disk was full nothing could be folded in: the log may have grown so much that the
   * whole disk has no room for a backup.
   */
  private void makeRoomForABackup() throws Exception {
    if (disk != null && !full) {
      long size = ROOM_TO_SPARE;
      for (String file : Databases.filesOf(db)) {
        size += 2 * Files.size(db.resolveSibling(file));
      }
      disk.makeRoom(size);
    }
  }

  /** A start that isn't disturbed; null where the application can't use the database. */
  private GuardedJvm.Running start() throws Exception {
    makeRoomForABackup();
    check.beforeStart();
    return opened(jvms.next());
  }

  private GuardedJvm.Running opened(GuardedJvm.Running app) throws Exception {
    long began = System.nanoTime();
    String answer = app.say(open());
    if (!answer.startsWith("ok")) {
      try (app) {
        note(app.end("return"));
      }
      if (full) {
        story.add("not usable, the disk is full: " + answer);
      } else {
        story.add("not usable: " + answer);
        check.leftAlone();
        over = true;
      }
      return null;
    }
    if (!check.isDamaged()) {
      START.took(System.nanoTime() - began);
    }
    story.add("start: " + answer + " " + app.errorsSoFar());
    tally.add(Count.STARTS);
    check.afterStart(true, !full);
    return app;
  }

  /** Two at once; whoever isn't killed gets an intact database. */
  private GuardedJvm.Running race() throws Exception {
    makeRoomForABackup();
    GuardedJvm.Running winner = jvms.next();
    try (GuardedJvm.Running mortal = jvms.next()) {
      tally.add(Count.RACES);
      story.add("race");
      long head = random.nextInt(5_000_000);
      mortal.tell(open());
      CompletableFuture<String> kill =
          CompletableFuture.supplyAsync(
              () -> {
                START.await(random);
                try {
                  return freezeAndKillInStart(mortal);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      LockSupport.parkNanos(head);
      String answer = winner.say(open());
      story.add("kill at a race: " + kill.get());
      assertTrue(answer.startsWith("ok"), answer);
      story.add("start: " + answer + " " + winner.errorsSoFar());
    }
    tally.add(Count.STARTS);
    check.afterStart(false, !full);
    return winner;
  }

  /** It writes for a moment, then its end comes. */
  private void use(GuardedJvm.Running app, int kind) throws Exception {
    long first = nextNumber;
    nextNumber += THREADS * SPAN;
    Path said = jvms.newFile();
    try (app) {
      // Only who has written nothing leaves a seal.
      if (!sealing || random.nextBoolean()) {
        app.ok("write", "" + first, "" + SPAN, "" + THREADS, said.toString());
        Thread.sleep(random.nextInt(120));
      }
      if (kind < 35) {
        app.ok("stop");
        app.tell("return");
        killInExit(app, QUIET_EXIT);
      } else if (kind < 60) {
        FrozenProcess.signal("TERM", app.pid());
        tally.add(Count.TERMINATIONS);
        killInExit(app, BUSY_EXIT);
      } else if (kind < 70) {
        FrozenProcess.signal("TERM", app.pid());
        tally.add(Count.TERMINATIONS);
        exit(app, BUSY_EXIT);
      } else if (kind < 78) {
        app.ok("stop");
        app.tell("return");
        exit(app, QUIET_EXIT);
      } else {
        note(app.kill());
        tally.add(Count.KILLS);
        tally.add(Count.KILLS_WHILE_WRITING);
        story.add("kill while writing");
      }
    }
    check.rows().add(first, SPAN, THREADS, said);
  }

  private void killInExit(GuardedJvm.Running app, AimedAt aim) throws Exception {
    awaitExitWork(app.pid());
    aimAtExit(app.pid(), aim);
    FrozenProcess frozen = FrozenProcess.freeze(app.pid());
    if (!frozen.isHeld()) {
      tally.add(Count.ENDS);
      story.add("it ended before it was killed " + note(app.awaitEnd()));
      return;
    }
    boolean hit = frozen.hasThread(EXIT_THREAD);
    boolean checkpoint = frozen.locks(Databases.beside(db, "-shm"), CHECKPOINT_LOCK);
    boolean seal = frozen.locks(Databases.beside(db, ".sqlguard"));
    boolean frames = hasFramesToFold();
    note(app.kill());
    tally.add(Count.KILLS);
    tally.add(hit ? Count.KILLS_IN_EXIT : Count.KILLS_ELSEWHERE);
    if (hit && frames) {
      tally.add(Count.KILLS_WITH_FRAMES);
    }
    if (hit && checkpoint) {
      tally.add(Count.KILLS_IN_CHECKPOINT);
    }
    if (hit && seal) {
      tally.add(Count.KILLS_IN_SEAL);
    }
    story.add(
        "kill at an exit: "
            + hit
            + (frames ? ", with frames to fold in" : "")
            + (checkpoint ? ", in the checkpoint" : "")
            + (seal ? ", at the seal" : ""));
  }

  /** A checkpoint and a seal are shorter than a guess is good: those are waited for. */
  private void aimAtExit(long pid, AimedAt aim) throws Exception {
    int target = random.nextInt(3);
    if (target == 0 && isWal()) {
      awaitLock(pid, Databases.beside(db, "-shm"), CHECKPOINT_LOCK);
    } else if (target == 1 && sealing) {
      awaitLock(pid, Databases.beside(db, ".sqlguard"), 0);
    } else {
      aim.await(random);
    }
  }

  /** Until the process has it, or its work at exit is over. */
  private static void awaitLock(long pid, Path file, long position) throws Exception {
    while (FrozenProcess.hasThread(pid, EXIT_THREAD) && !FrozenProcess.locks(pid, file, position)) {
      Thread.onSpinWait();
    }
  }

  /**
   * By the WAL index, whose first header says how many frames there are, and which says how many of
   * them are in the database already (SQLite's walformat, section 2.1).
   */
  private boolean hasFramesToFold() throws IOException {
    Path index = Databases.beside(db, "-shm");
    Path wal = Databases.beside(db, "-wal");
    if (Files.notExists(index) || Files.notExists(wal) || Files.size(wal) == 0) {
      return false;
    }
    ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(index)).order(ByteOrder.nativeOrder());
    return header.limit() > FOLDED_FRAMES + Integer.BYTES
        && header.getInt(FRAMES) > header.getInt(FOLDED_FRAMES);
  }

  private void exit(GuardedJvm.Running app, AimedAt aim) throws Exception {
    awaitExitWork(app.pid());
    long began = System.nanoTime();
    while (FrozenProcess.hasThread(app.pid(), EXIT_THREAD)) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    aim.took(System.nanoTime() - began);
    GuardedJvm.Ended ended = app.awaitEnd();
    assertEquals(aim == BUSY_EXIT ? 128 + SIGTERM : 0, ended.exitCode(), ended.errors().toString());
    tally.add(Count.ENDS);
    if (SealOnDisk.isIn(Databases.beside(db, ".sqlguard"))) {
      tally.add(Count.SEALS);
    }
    story.add("exit " + note(ended));
  }

  /** Returns too where the process is gone before the thread was seen. */
  private static void awaitExitWork(long pid) {
    long deadline = System.nanoTime() + MOST_WAITED_NANOS;
    while (!FrozenProcess.hasThread(pid, EXIT_THREAD)
        && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
      assertTrue(System.nanoTime() < deadline, "it doesn't end");
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private List<String> note(GuardedJvm.Ended ended) {
    List<String> lines = ended.guardLines();
    story.addAll(ended.errors());
    return lines;
  }
}
