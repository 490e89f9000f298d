package dev.sqlguard.agent;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.guard.JoinAnswers;
import dev.sqlguard.guard.JoinRequest;
import dev.sqlguard.guard.JoinRequest.Access;
import dev.sqlguard.guard.JoinRequest.Databases;
import dev.sqlguard.guard.Log;
import dev.sqlguard.guard.Target;
import dev.sqlguard.store.FileId;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.FileUsers;
import dev.sqlguard.store.GuardThread;
import dev.sqlguard.store.MappedLibraries;
import dev.sqlguard.store.OwnLocks;
import dev.sqlguard.store.UnseenUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What there is to do in a JVM that ran before the guard came: databases that are open already get
 * an online backup, and are remembered for the exit.
 *
 * <p>Which files they are is said by the command that attached us: it has read their headers. Here
 * that would cost the application its locks.
 */
final class LateJoin {
  private static final String SQLITE = "sqlite";

  /** SQLite's SQLITE_FILE_HEADER: every copy has it inside, whatever library that is a part of. */
  private static final String FILE_HEADER = "SQLite format 3";

  private final JoinRequest request;
  private final JoinAnswers answers;

  private LateJoin(JoinRequest request, JoinAnswers answers) {
    this.request = request;
    this.answers = answers;
  }

  /**
   * @param file what the attach command wrote, and where it waits for answers
   */
  static LateJoin askedIn(Path file) throws IOException {
    return new LateJoin(JoinRequest.read(file), JoinAnswers.to(file));
  }

  /**
   * Another tool loaded the agent.
   *
   * @param dispatcher null where the guard is off
   */
  static void unasked(Dispatcher dispatcher, Log log) {
    if (dispatcher != null && dispatcher.hasDrivers()) {
      log.warn(
          "joined a running JVM; which databases it has open is only known to java -jar"
              + " sqlguard.jar attach, so they are not backed up before their next open");
    }
  }

  /** As for {@code -javaagent}. */
  String options() {
    return request.options();
  }

  /** From here on the command is told every line of the guard's. */
  void answerWith(Log log) {
    log.listen(answers);
  }

  /**
   * Begins, on a thread of its own: the one that asks serves all tools that look into this JVM.
   *
   * @param dispatcher null where the guard is off
   */
  void start(Dispatcher dispatcher, Log log) {
    if (dispatcher == null) {
      log.listen(null);
      answers.end(JoinAnswers.Outcome.FAILED, "the guard is switched off there (enabled=false)");
      return;
    }
    new GuardThread("sqlguard-attach", () -> run(dispatcher, log)).start();
  }

  private void run(Dispatcher dispatcher, Log log) {
    int seen = 0;
    try {
      seen = lookAt(dispatcher, log);
    } catch (Throwable t) {
      log.warn("databases that are open already can't be looked at (" + t + ")");
    } finally {
      log.listen(null);
      answers.end(JoinAnswers.Outcome.JOINED, Integer.toString(seen));
    }
  }

  private int lookAt(Dispatcher dispatcher, Log log) throws IOException {
    Databases databases = request.databases();
    if (!databases.known() && dispatcher.hasDrivers()) {
      log.warn("which databases are open already can't be seen on this platform");
    }
    if (databases.files().isEmpty()) {
      return 0;
    }
    Map<FileId, Path> open = FileUsers.pathsInThisProcess(databases.files().keySet());
    Optional<ApplicationDriver> driver = dispatcher.soleDriver();
    Optional<String> obstacle = obstacleForAll(driver, dispatcher);
    for (Map.Entry<FileId, Path> entry : open.entrySet()) {
      int before = answers.lines();
      lookAt(entry.getKey(), entry.getValue(), driver, obstacle, dispatcher, log);
      if (answers.lines() == before) {
        answers.heard(false, entry.getValue() + ": is open already; nothing to do");
      }
    }
    return open.size();
  }

  private void lookAt(
      FileId id,
      Path path,
      Optional<ApplicationDriver> driver,
      Optional<String> obstacle,
      Dispatcher dispatcher,
      Log log)
      throws IOException {
    Optional<FileStat> now = FileStat.ofEntry(path);
    if (now.isEmpty() || !now.get().id().equals(id)) {
      notBackedUp(path, "it is no longer the file of that name", log);
      return;
    }
    if (!dispatcher.guards(path)) {
      return;
    }
    Access access = request.databases().files().get(id);
    Optional<String> reason = obstacle.isPresent() ? obstacle : obstacle(id, path, access);
    if (reason.isPresent()) {
      notBackedUp(path, reason.get(), log);
    }
    Target target = new Target(path, path, access == Access.READ_ONLY, true, true);
    dispatcher.openedBefore(target, reason.isPresent() ? Optional.empty() : driver);
  }

  private static void notBackedUp(Path path, String why, Log log) {
    log.warn(path, "is open already; not backed up, because " + why);
  }

  private static Optional<String> obstacle(FileId file, Path path, Access access)
      throws IOException {
    if (access == Access.THROUGH_LINK) {
      return Optional.of("its side files lie elsewhere");
    }
    if (UnseenUse.shows(path)) {
      return Optional.of("this JVM has it open without locks");
    }
    return OwnLocks.on(file).reachBeyond(UnseenUse.FIRST_LOCK_BYTE, UnseenUse.LAST_LOCK_BYTE)
        ? Optional.of("this JVM has a lock on it that isn't SQLite's")
        : Optional.empty();
  }

  /** Two copies of SQLite that have one file open take each other's locks away. */
  private static Optional<String> obstacleForAll(
      Optional<ApplicationDriver> driver, Dispatcher dispatcher) throws IOException {
    if (!dispatcher.hasDrivers()) {
      return Optional.of("what opened it is no driver that the guard knows");
    }
    int libraries = MappedLibraries.count(SQLITE, FILE_HEADER);
    if (driver.isEmpty() || libraries > 1) {
      return Optional.of("there is more than one copy of SQLite in this JVM");
    }
    return libraries == 0
        ? Optional.of("its SQLite can't be seen among the libraries of this JVM")
        : Optional.empty();
  }
}
