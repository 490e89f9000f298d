package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No copy is more accessible than its database, not even for a moment: the kernel's own record of
 * what a JVM creates, under a umask that takes nothing away.
 */
class ModesAtEveryMomentIT {
  private static final String CALLS =
      "open,openat,creat,chmod,fchmod,fchmodat,mkdir,mkdirat,rename,renameat,renameat2,unlink,"
          + "unlinkat,link,linkat";
  private static final Pattern CREATED =
      Pattern.compile("open(?:at)?\\(.*?\"(/[^\"]*)\", ([A-Z_|]*O_CREAT[A-Z_|]*), (0[0-7]+)");
  private static final Pattern GIVEN =
      Pattern.compile("(?:chmod(?:at)?|mkdir(?:at)?)\\([^\"]*\"(/[^\"]*)\", (0[0-7]+)");
  private static final Pattern OF_DESCRIPTOR =
      Pattern.compile("fchmod\\(\\d+<(/[^>]*)>, (0[0-7]+)");
  private static final Pattern GONE = Pattern.compile("unlink(?:at)?\\([^\"]*\"(/[^\"]*)\"");
  private static final Pattern NAMED =
      Pattern.compile("(?:rename|link)(?:at2?)?\\([^\"]*\"(/[^\"]*)\"[^\"]*\"(/[^\"]*)\"");
  private static final int OTHERS = 077;
  private static final int OWNER = 0700;

  @TempDir Path directory;
  private Path log;
  private Path temporary;

  /** By the folder that the database is in. */
  private final Map<Path, Integer> modes = new LinkedHashMap<>();

  private final Set<Path> withLists = new HashSet<>();

  private static boolean canTrace(Path log) throws Exception {
    try {
      ProcessBuilder strace = new ProcessBuilder("strace", "-f", "-o", log.toString(), "true");
      return strace.redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private GuardedJvm.Running start() throws IOException {
    return GuardedJvm.jvm()
        .prefix("sh", "-c", "umask 000; exec \"$@\"", "sh")
        .prefix("strace", "-f", "-y", "-qq", "-o", log.toString(), "-e", "trace=" + CALLS, "--")
        .jvmArguments("-Djava.io.tmpdir=" + temporary)
        .options("backup-spacing=0s")
        .start();
  }

  private Set<Path> files() throws IOException {
    try (var all = Files.walk(directory)) {
      return new HashSet<>(all.toList());
    }
  }

  @Test
  void whatIsCreatedAndChanged() throws Exception {
    log = directory.resolve("trace");
    assumeTrue(canTrace(log), "needs strace, and to be allowed to trace");
    temporary = Files.createDirectory(directory.resolve("tmp"));
    for (String mode : List.of("rw-------", "rw-r-----", "r--------", "rw-rw-r--")) {
      Path folder = Files.createDirectory(directory.resolve("d" + modes.size()));
      Path db = folder.resolve("app.db");
      Databases.create(db, 300);
      Files.setPosixFilePermissions(db, PosixFilePermissions.fromString(mode));
      Files.setAttribute(folder, "unix:mode", 02755);
      modes.put(folder, (Integer) Files.getAttribute(db, "unix:mode") & 0777);
    }
    addWithLists();
    Set<Path> before = files();
    try (GuardedJvm.Running app = start()) {
      for (Path folder : modes.keySet()) {
        Path db = folder.resolve("app.db");
        app.ok("open", db + "ro", "drivermanager", "jdbc:sqlite:file:" + db + "?mode=ro");
        app.ok("close", db + "ro");
        app.ok("open", db.toString(), "drivermanager", "jdbc:sqlite:" + db);
        app.say("sql", db.toString(), "PRAGMA journal_mode=WAL");
        app.say("sql", db.toString(), "INSERT INTO t(x) VALUES ('one more')");
      }
      app.end("return");
    }
    assertNoneWider(before, 5 * modes.size());
    for (Path folder : modes.keySet()) {
      Databases.damage(folder.resolve("app.db"), "t", 1);
    }
    before = files();
    try (GuardedJvm.Running app = start()) {
      for (Path folder : modes.keySet()) {
        Path db = folder.resolve("app.db");
        app.ok("open", db.toString(), "drivermanager", "jdbc:sqlite:" + db);
        assertTrue(Files.exists(Databases.beside(db, ".corrupt")), app.errorsSoFar()::toString);
      }
      app.end("return");
    }
    assertNoneWider(before, 10 * modes.size());
  }

  /** With an access control list the group's bits say what others may have, too. */
  private void addWithLists() throws Exception {
    for (String list : List.of("", "d:")) {
      Path folder = Files.createDirectory(directory.resolve("d" + modes.size()));
      Path db = folder.resolve("app.db");
      Databases.create(db, 300);
      String mode = list.isEmpty() ? "rw-------" : "rw-r-----";
      Files.setPosixFilePermissions(db, PosixFilePermissions.fromString(mode));
      Path with = list.isEmpty() ? db : folder;
      ProcessBuilder setfacl =
          new ProcessBuilder("setfacl", "-m", list + "u:54321:rwx", with.toString());
      if (setfacl.start().waitFor() == 0) {
        modes.put(folder, OWNER);
        withLists.add(folder);
      }
    }
  }

  /**
   * SQLite makes the side files of the database itself, and what takes its place has its list; of
   * both the group's bits are a mask.
   */
  private boolean hasListOfItsOwn(Path path) {
    String name = path.getFileName().toString();
    return withLists.contains(path.getParent())
        && (name.matches("app\\.db(-wal|-shm|-journal)") || name.equals("app.db.sqlguard-install"));
  }

  /**
   * @param existing files that were there when the trace began
   * @param atLeast how many calls must have been seen that say a mode
   */
  private void assertNoneWider(Set<Path> existing, int atLeast) throws IOException {
    List<String> wider = new ArrayList<>();
    int seen = 0;
    for (String line : Files.readAllLines(log)) {
      Matcher gone = GONE.matcher(line);
      Matcher named = NAMED.matcher(line);
      if (gone.find()) {
        existing.remove(Path.of(gone.group(1)));
      } else if (named.find()) {
        existing.add(Path.of(named.group(2)));
      }
      Matcher created = CREATED.matcher(line);
      Matcher given = GIVEN.matcher(line);
      Matcher ofDescriptor = OF_DESCRIPTOR.matcher(line);
      // Without O_EXCL the mode of a file that is there already says nothing.
      if (created.find() && existing.add(Path.of(created.group(1)))) {
        seen += check(line, created.group(1), created.group(3), wider);
      } else if (given.find()) {
        seen += check(line, given.group(1), given.group(2), wider);
      } else if (ofDescriptor.find()) {
        seen += check(line, ofDescriptor.group(1), ofDescriptor.group(2), wider);
      }
    }
    assertEquals(List.of(), wider);
    int all = seen;
    assertTrue(seen >= atLeast, () -> "only " + all + " were traced");
  }

  /**
   * @return how many files of interest that was
   */
  private int check(String line, String name, String mode, List<String> wider) {
    Path path = Path.of(name);
    boolean own = path.startsWith(temporary) && name.contains("sqlguard-");
    Integer allowed = own ? Integer.valueOf(0) : modes.get(path.getParent());
    if (allowed == null || hasListOfItsOwn(path)) {
      return 0;
    }
    if ((Integer.parseInt(mode, 8) & OTHERS & ~allowed) != 0) {
      wider.add(line);
    }
    return 1;
  }
}
