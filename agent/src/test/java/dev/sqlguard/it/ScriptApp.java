package dev.sqlguard.it;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.sqlite.SQLiteDataSource;

/**
 * An ordinary application that a test plays by hand: it reads commands from standard input, one a
 * line, words separated by tabs, and answers each with one line.
 *
 * <ul>
 *   <li>{@code open NAME HOW URL}: HOW is drivermanager, datasource, hikari, properties, where
 *       words like {@code key=value} follow the URL, othercopy for one more copy of the driver in a
 *       class loader of its own, or samecopy for the last of these
 *   <li>{@code sql NAME STATEMENT}: answers {@code ok}, or the first column of all rows
 *   <li>{@code close NAME}; {@code interrupt} sets the interrupt flag; {@code interrupted} tells it
 *   <li>{@code cursor NAME QUERY}: reads one row and leaves the cursor open
 *   <li>{@code lock FILE}: through Java's own file channels
 *   <li>{@code hook NAME STATEMENT}: runs it in a shutdown hook of the application
 *   <li>{@code hookopen URL STATEMENT}: the same, on a connection that is opened there and left
 *       open
 *   <li>{@code writer NAME STATEMENT}: repeats it on a daemon thread until the JVM is gone
 *   <li>{@code counter NAME STATEMENT}: the same, and prints a line after each success
 *   <li>{@code exitvirtual CODE}: System.exit on a virtual thread
 *   <li>{@code exit CODE}, {@code throw}, {@code return}, {@code halt}
 * </ul>
 *
 * An exception is answered as {@code error CLASS: MESSAGE}, line breaks replaced.
 */
public final class ScriptApp {
  private static ClassLoader lastCopy;

  private final Map<String, Connection> connections = new HashMap<>();
  private final List<ResultSet> cursors = new ArrayList<>();
  private final List<FileLock> locks = new ArrayList<>();

  private ScriptApp() {}

  public static void main(String[] arguments) throws Exception {
    ScriptApp app = new ScriptApp();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = commands.readLine()) != null; ) {
      String[] words = line.split("\t", 4);
      if (words[0].equals("return")) {
        return;
      }
      if (words[0].equals("throw")) {
        throw new IllegalStateException("as told");
      }
      String answer;
      try {
        answer = app.run(words);
      } catch (Exception e) {
        answer = "error " + e.getClass().getName() + ": " + e.getMessage();
      }
      System.out.println(answer.replace('\n', ' '));
    }
  }

  private String run(String[] words) throws Exception {
    switch (words[0]) {
      case "open":
        connections.put(words[1], open(words[2], words[3]));
        return "ok";
      case "sql":
        return sql(connections.get(words[1]), words[2]);
      case "close":
        connections.remove(words[1]).close();
        return "ok";
      case "interrupt":
        Thread.currentThread().interrupt();
        return "ok";
      case "interrupted":
        return Boolean.toString(Thread.interrupted());
      case "lock":
        locks.add(FileChannel.open(Path.of(words[1]), StandardOpenOption.WRITE).lock());
        return "ok";
      case "hook":
        Connection inHook = connections.get(words[1]);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> quietly(inHook, words[2])));
        return "ok";
      case "cursor":
        ResultSet cursor = connections.get(words[1]).createStatement().executeQuery(words[2]);
        cursors.add(cursor);
        return cursor.next() ? cursor.getString(1) : "no row";
      case "hookopen":
        Runtime.getRuntime().addShutdownHook(new Thread(() -> openAndRun(words[1], words[2])));
        return "ok";
      case "counter":
        Connection counted = connections.get(words[1]);
        Thread counter = new Thread(() -> count(counted, words[2]));
        counter.setDaemon(true);
        counter.start();
        return "ok";
      case "writer":
        Connection written = connections.get(words[1]);
        Thread writer =
            new Thread(
                () -> {
                  while (true) {
                    quietly(written, words[2]);
                  }
                });
        writer.setDaemon(true);
        writer.start();
        return "ok";
      case "exitvirtual":
        Runnable exit = () -> System.exit(Integer.parseInt(words[1]));
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, exit);
        return "ok";
      case "exit":
        System.exit(Integer.parseInt(words[1]));
        return "";
      case "halt":
        Runtime.getRuntime().halt(Integer.parseInt(words[1]));
        return "";
      default:
        return "error unknown command " + words[0];
    }
  }

  private static Connection open(String how, String url) throws Exception {
    switch (how) {
      case "drivermanager":
        return DriverManager.getConnection(url);
      case "properties":
        Properties properties = new Properties();
        String[] words = url.split("\t");
        for (int i = 1; i < words.length; i++) {
          int equals = words[i].indexOf('=');
          properties.setProperty(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        return DriverManager.getConnection(words[0], properties);
      case "datasource":
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl(url);
        return source.getConnection();
      case "hikari":
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(3);
        return new HikariDataSource(config).getConnection();
      case "othercopy":
        lastCopy = otherCopy();
      // fall through
      case "samecopy":
        Class<?> driver = Class.forName("org.sqlite.JDBC", true, lastCopy);
        return ((Driver) driver.getDeclaredConstructor().newInstance())
            .connect(url, new Properties());
      default:
        throw new IllegalArgumentException(how);
    }
  }

  private static ClassLoader otherCopy() throws Exception {
    List<URL> libraries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (entry.endsWith(".jar")) {
        libraries.add(Path.of(entry).toUri().toURL());
      }
    }
    return new URLClassLoader(libraries.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  private static void openAndRun(String url, String text) {
    try {
      sql(DriverManager.getConnection(url), text);
    } catch (Exception e) {
      System.err.println("in the background: " + e);
    }
  }

  private static void count(Connection connection, String text) {
    try {
      while (true) {
        sql(connection, text);
        System.out.println("committed");
      }
    } catch (Exception e) {
      System.err.println("in the background: " + e);
    }
  }

  private static String sql(Connection connection, String text) throws Exception {
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(text)) {
        return "ok";
      }
      StringBuilder answer = new StringBuilder();
      try (ResultSet rows = statement.getResultSet()) {
        while (rows.next()) {
          answer.append(answer.length() == 0 ? "" : ",").append(rows.getString(1));
        }
      }
      return answer.toString();
    }
  }

  private static void quietly(Connection connection, String text) {
    try {
      sql(connection, text);
    } catch (Exception e) {
      System.err.println("in the background: " + e);
    }
  }
}
