package dev.sqlguard.it;

import java.io.IOException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * An application that opens and uses a database, tries others that can't be opened or used, and
 * prints everything that an application can see of its results, its exceptions and its JVM.
 *
 * <p>Arguments: how to end ({@code return}, {@code throw} or an exit code), the database, which has
 * a table {@code t(id, x)}, and what follows {@code jdbc:sqlite:} in the URLs of the others.
 */
public final class LooksAround {
  private static final List<String> CLASSES =
      List.of(
          "dev.sqlguard.guard.Guard",
          "dev.sqlguard.agent.Core",
          "dev.sqlguard.driver.OpenArgument",
          "net.bytebuddy.jar.asm.ClassReader",
          "net.bytebuddy.ByteBuddy",
          "java.lang.SqlGuardBridge$1");
  private static final List<String> RESOURCES =
      List.of(
          "dev/sqlguard/guard/Guard.class",
          "net/bytebuddy/jar/asm/ClassReader.class",
          "META-INF/services/java.sql.Driver",
          "org/sqlite/JDBC.class",
          "org/sqlite/core/DB.class",
          "org/slf4j/LoggerFactory.class",
          "sqlite-jdbc.properties");

  private LooksAround() {}

  public static void main(String[] arguments) throws Exception {
    String ending = arguments[0];
    String database = arguments[1];
    use(database);
    for (String other : List.of(arguments).subList(2, arguments.length)) {
      tryToUse(other);
    }
    look();
    System.err.println("its own standard error");
    System.out.write(new byte[] {0, (byte) 0xff, '\r', 'e', 'n', 'd'});
    System.out.flush();
    if (ending.equals("throw")) {
      DriverManager.getConnection("jdbc:sqlite:" + database + "/below/a/file.db");
    } else if (!ending.equals("return")) {
      System.exit(Integer.parseInt(ending));
    }
  }

  private static void use(String database) throws Exception {
    Path folder = Path.of(database).toAbsolutePath().getParent();
    String url = "jdbc:sqlite:" + database;
    try (Connection db = DriverManager.getConnection(url)) {
      lookAtFiles("opened", folder);
      run(db, "SELECT count(*), min(x), max(id) FROM t");
      run(db, "PRAGMA integrity_check");
      run(db, "INSERT INTO t(id, x) VALUES (1, 'there already')");
      run(db, "no statement at all");
      run(db, "SELECT x FROM missing");
      db.setAutoCommit(false);
      run(db, "UPDATE t SET x = 'changed' WHERE id = 2");
      lookAtFiles("writing", folder);
      db.rollback();
      db.setAutoCommit(true);
      lookAtFiles("idle", folder);
      run(db, "PRAGMA journal_mode=WAL");
      run(db, "INSERT INTO t(x) VALUES ('new')");
      lookAtFiles("idle in WAL mode", folder);
      try (Connection second = DriverManager.getConnection(url)) {
        lookAtFiles("second opened", folder);
        run(second, "SELECT x FROM t WHERE id = 2");
        run(second, "DELETE FROM t WHERE id = 3");
        lookAtFiles("second idle", folder);
      }
      lookAtFiles("second closed", folder);
      run(db, "SELECT count(*) FROM t");
    }
    lookAtFiles("closed", folder);
  }

  private static void tryToUse(String other) {
    say("other " + other);
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + other)) {
      run(db, "SELECT count(*) FROM sqlite_master");
      run(db, "CREATE TABLE IF NOT EXISTS made(a)");
    } catch (SQLException e) {
      describe(e, " ");
    }
  }

  private static void run(Connection db, String text) {
    say(text);
    try (Statement statement = db.createStatement()) {
      if (!statement.execute(text)) {
        say(" changed " + statement.getUpdateCount());
        return;
      }
      try (ResultSet rows = statement.getResultSet()) {
        while (rows.next()) {
          StringBuilder row = new StringBuilder(" row");
          for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            row.append(' ').append(rows.getString(i));
          }
          say(row.toString());
        }
      }
    } catch (SQLException e) {
      describe(e, " ");
    }
  }

  /** Every descriptor of a file in the folder, and every POSIX lock of this process. */
  private static void lookAtFiles(String when, Path folder) throws IOException {
    TreeMap<String, Integer> seen = new TreeMap<>();
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        String target = targetOf(descriptor);
        if (target.startsWith(folder.toRealPath() + "/")) {
          seen.merge("open " + target, 1, Integer::sum);
        }
      }
    }
    String self = Long.toString(ProcessHandle.current().pid());
    for (String line : Files.readAllLines(Path.of("/proc/locks"))) {
      String[] words = line.trim().split("\\s+");
      if (words.length == 8 && words[1].equals("POSIX") && words[4].equals(self)) {
        seen.merge("lock " + words[3] + " " + words[6] + " " + words[7], 1, Integer::sum);
      }
    }
    say(when + " " + seen);
  }

  /** Empty for the descriptor that has read the list of them, which is closed by now. */
  private static String targetOf(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static void look() throws Exception {
    Thread main = Thread.currentThread();
    new TreeMap<>(System.getProperties()).forEach((k, v) -> say("property " + k + "=" + v));
    Comparator<Thread> byName = Comparator.comparing(Thread::getName);
    for (Thread thread : Thread.getAllStackTraces().keySet().stream().sorted(byName).toList()) {
      if (!thread.isDaemon()) {
        say("thread " + thread.getName());
      }
    }
    for (ClassLoader loader :
        List.of(ClassLoader.getSystemClassLoader(), main.getContextClassLoader())) {
      CLASSES.forEach(name -> say(name + " " + isVisible(name, loader)));
      for (String name : RESOURCES) {
        for (URL url : Collections.list(loader.getResources(name))) {
          say("resource " + url);
        }
      }
    }
    DriverManager.drivers().map(Driver::getClass).forEach(type -> say("driver " + type));
    say("handler " + Thread.getDefaultUncaughtExceptionHandler());
    say("own handler " + main.getUncaughtExceptionHandler().getClass());
    say("interrupted " + Thread.interrupted());
    say("properties " + System.getProperties().getClass());
  }

  private static void describe(Throwable t, String indent) {
    String codes =
        t instanceof SQLException sql ? sql.getErrorCode() + " " + sql.getSQLState() + " " : "";
    say(indent + t.getClass().getName() + " " + codes + t.getMessage());
    for (StackTraceElement frame : t.getStackTrace()) {
      say(indent + "  at " + frame);
    }
    for (Throwable suppressed : t.getSuppressed()) {
      say(indent + "  suppressed");
      describe(suppressed, indent + "  ");
    }
    if (t instanceof SQLException sql && sql.getNextException() != null) {
      say(indent + "  next");
      describe(sql.getNextException(), indent + "  ");
    }
    if (t.getCause() != null) {
      say(indent + "  cause");
      describe(t.getCause(), indent + "  ");
    }
  }

  private static boolean isVisible(String name, ClassLoader loader) {
    try {
      Class.forName(name, false, loader);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
