package dev.sqlguard.agent;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.driver.LoadedDriver;
import dev.sqlguard.driver.OpenArgument;
import dev.sqlguard.guard.Gate;
import dev.sqlguard.guard.GuardedFile;
import dev.sqlguard.guard.Log;
import dev.sqlguard.guard.Target;
import dev.sqlguard.verify.SqliteEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * What woven driver code reaches through the bridge. Nothing thrown here gets to the application.
 */
final class Dispatcher implements BiFunction<Object, Object, Object> {
  private record Call(String file, int flags) {
    /** Written out: what the compiler generates for a record costs 20 ms at its first use. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Call call && call.flags == flags && call.file.equals(file);
    }

    @Override
    public int hashCode() {
      return file.hashCode() * 31 + flags;
    }
  }

  /**
   * An open seen before: the path has to lead to the same file still. A file that was made since
   * may have the inode of a deleted one, but was created later. Where that time isn't known the JDK
   * gives the one of the last write, and nothing but the inode can tell.
   *
   * @param seen the file that the path led to
   * @param file null where this database isn't to be guarded
   */
  private record Known(Path path, BasicFileAttributes seen, boolean readOnly, GuardedFile file) {
    boolean holds(Object database, LoadedDriver driver) throws IOException {
      if (file != null
          && !file.isExaminedFor(readOnly)
          && !isExaminedWithSameKey(database, driver)) {
        return false;
      }
      BasicFileAttributes now = attributesOf(path);
      return now != null
          && Objects.equals(now.fileKey(), seen.fileKey())
          && (now.creationTime().equals(seen.creationTime()) || !knowsCreation(now));
    }

    private boolean isExaminedWithSameKey(Object database, LoadedDriver driver) throws IOException {
      return driver.handling(database) instanceof LoadedDriver.Handling.Guarded guarded
          && file.isExaminedFor(readOnly, guarded.driver());
    }

    private static boolean knowsCreation(BasicFileAttributes file) {
      return !file.creationTime().equals(file.lastModifiedTime());
    }

    String refusal() {
      return file == null ? null : file.refusal().orElse(null);
    }
  }

  /** A copy of the driver, and what was opened through it. Goes when its class loader goes. */
  private record Copy(LoadedDriver driver, Map<Call, Known> known) {}

  /**
   * A file to look at after its open, and the object that is opening it; androidx's has many opens
   * at a time.
   */
  private record Awaited(Object database, GuardedFile file) {}

  private static final int MOST_KNOWN = 10_000;
  private static final String RESOURCE_COPY = "sqlite-jdbc-tmp-";

  private final Gate gate;
  private final Log log;
  private final Supplier<Optional<SqliteEngine>> newestSqlite;
  private final Runnable beforeFirst;
  private final Path workingDirectory;
  private final List<Copy> copies = new CopyOnWriteArrayList<>();
  private final Map<Thread, Awaited> awaited = new IdentityHashMap<>();
  private volatile boolean anyAwaited;
  private boolean anyOpened;

  /**
   * @param newestSqlite judges for drivers that have no JDBC
   * @param beforeFirst run once, when the first database file is about to be opened
   */
  Dispatcher(
      Gate gate, Log log, Supplier<Optional<SqliteEngine>> newestSqlite, Runnable beforeFirst) {
    this.gate = gate;
    this.log = log;
    this.newestSqlite = newestSqlite;
    this.beforeFirst = beforeFirst;
    this.workingDirectory = processDirectory();
  }

  /** See {@code java.lang.SqlGuardBridge}. */
  @Override
  public Object apply(Object database, Object what) {
    if (what instanceof Object[] call) {
      return opening(database, (String) call[0], (Integer) call[1]);
    }
    if (anyAwaited) {
      opened(database, Boolean.TRUE.equals(what));
    }
    return null;
  }

  private String opening(Object database, String file, int flags) {
    if (file == null || gate.isOwnThread()) {
      return null;
    }
    try {
      Copy copy = copyOf(database.getClass());
      Call call = new Call(file, flags);
      Known before = copy.known().get(call);
      if (before != null && before.holds(database, copy.driver())) {
        String refusal = before.refusal();
        if (refusal == null && before.file() != null) {
          openingAgain(database, before.file(), copy);
        }
        return refusal;
      }
      return firstOpen(database, call, copy);
    } catch (Throwable t) {
      log.warn(withoutParameters(file) + ": opened unguarded (" + t + ")");
      return null;
    }
  }

  /** Those of a URI may tell a key. */
  private static String withoutParameters(String file) {
    int query = file.startsWith("file:") ? file.indexOf('?') : -1;
    return query < 0 ? file : file.substring(0, query);
  }

  private String firstOpen(Object database, Call call, Copy copy) throws IOException {
    Optional<Target> target = OpenArgument.resolve(call.file(), call.flags(), workingDirectory);
    if (target.isEmpty()
        || isResourceCopy(target.get().file())
        || gate.isOwnFile(target.get().file())) {
      return null;
    }
    LoadedDriver.Handling handling = copy.driver().handling(database);
    if (handling instanceof LoadedDriver.Handling.Aside aside) {
      stepAside(target.get().file(), aside.reason());
      return null;
    }
    prepare();
    ApplicationDriver driver = ((LoadedDriver.Handling.Guarded) handling).driver();
    GuardedFile file = gate.opening(target.get(), driver).orElse(null);
    Path given = target.get().asGiven();
    BasicFileAttributes seen = attributesOf(given);
    boolean exists = seen != null && seen.fileKey() != null;
    String refusal = file == null ? null : file.refusal().orElse(null);
    if (exists) {
      remember(copy, call, new Known(given, seen, target.get().readOnly(), file));
    }
    if (file != null && refusal == null && (!exists || file.isWatched())) {
      await(database, file);
    }
    return refusal;
  }

  private void openingAgain(Object database, GuardedFile file, Copy copy) {
    if (copy.driver() instanceof ApplicationDriver driver) {
      gate.openingAgain(file, driver);
    }
    if (file.isWatched()) {
      await(database, file);
    }
  }

  private void stepAside(Path file, String reason) throws IOException {
    if (gate.covers(file)) {
      log.warnOfChange(file, "not guarded: " + reason, reason);
    }
  }

  private void opened(Object database, boolean succeeded) {
    Awaited mine;
    synchronized (awaited) {
      mine = awaited.get(Thread.currentThread());
      if (mine == null || mine.database() != database) {
        return;
      }
      awaited.remove(Thread.currentThread());
      anyAwaited = !awaited.isEmpty();
    }
    try {
      gate.opened(mine.file(), succeeded);
    } catch (Throwable t) {
      log.warn("a database can't be looked at after its open (" + t + ")");
    }
  }

  /** Until its open has ended, which is certain from here on. */
  private void await(Object database, GuardedFile file) {
    synchronized (awaited) {
      awaited.put(Thread.currentThread(), new Awaited(database, file));
      anyAwaited = true;
    }
  }

  private static void remember(Copy copy, Call call, Known entry) {
    if (copy.known().size() >= MOST_KNOWN) {
      copy.known().clear();
    }
    copy.known().put(call, entry);
  }

  /** Null where there is no such file. */
  private static BasicFileAttributes attributesOf(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      return null;
    }
  }

  /** A driver that was loaded before the guard: there may be connections of it. */
  void loadedBefore(Class<?> databaseClass) {
    copyOf(databaseClass);
  }

  boolean hasDrivers() {
    return !copies.isEmpty();
  }

  /** Of all drivers that were loaded before the guard; empty where it isn't the only one. */
  Optional<ApplicationDriver> soleDriver() {
    ApplicationDriver sole = null;
    for (Copy copy : copies) {
      if (!copy.driver().isUnloaded() && copy.driver() instanceof ApplicationDriver driver) {
        sole = driver;
      }
    }
    return hasOneCopy() ? Optional.ofNullable(sole) : Optional.empty();
  }

  /** Whether an open of this file would be looked at. */
  boolean guards(Path file) throws IOException {
    return gate.covers(file) && !isResourceCopy(file) && !gate.isOwnFile(file);
  }

  /**
   * A database that the application opened before the guard came.
   *
   * @param driver whose it is; empty where nobody knows
   */
  void openedBefore(Target target, Optional<ApplicationDriver> driver) throws IOException {
    prepare();
    if (driver.isPresent()) {
      gate.openedBefore(target, driver.get());
    } else {
      gate.openedByUnknown(target);
    }
  }

  private synchronized void prepare() {
    if (!anyOpened) {
      anyOpened = true;
      beforeFirst.run();
    }
  }

  private Copy copyOf(Class<?> concrete) {
    Class<?> databaseClass = wovenClassOf(concrete);
    Copy known = find(databaseClass);
    if (known != null) {
      return known;
    }
    synchronized (copies) {
      known = find(databaseClass);
      if (known == null) {
        copies.removeIf(copy -> copy.driver().isUnloaded());
        LoadedDriver driver = LoadedDriver.of(databaseClass, this::hasOneCopy, newestSqlite);
        known = new Copy(driver, new ConcurrentHashMap<>());
        copies.add(known);
      }
      return known;
    }
  }

  /** Connections are of a subclass, {@code NativeDB}. */
  private static Class<?> wovenClassOf(Class<?> concrete) {
    Class<?> at = concrete;
    while (at != null && !at.getName().endsWith(".DB")) {
      at = at.getSuperclass();
    }
    return at == null ? concrete : at;
  }

  private Copy find(Class<?> databaseClass) {
    for (Copy copy : copies) {
      if (copy.driver().isOf(databaseClass)) {
        return copy;
      }
    }
    return null;
  }

  private boolean hasOneCopy() {
    int loaded = 0;
    for (Copy copy : copies) {
      loaded += copy.driver().isUnloaded() || !copy.driver().opensFiles() ? 0 : 1;
    }
    return loaded == 1;
  }

  /** The driver's own throw-away copy of a class path resource. */
  private static boolean isResourceCopy(Path file) throws IOException {
    return file.getFileName().toString().startsWith(RESOURCE_COPY)
        && file.getParent().equals(Path.of(System.getProperty("java.io.tmpdir")).toRealPath());
  }

  /** Relative names in URIs refer to it; the property user.dir may say something else. */
  private static Path processDirectory() {
    try {
      return Path.of("/proc/self/cwd").toRealPath();
    } catch (IOException e) {
      return Path.of(System.getProperty("user.dir"));
    }
  }
}
