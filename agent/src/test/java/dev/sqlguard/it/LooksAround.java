package dev.sqlguard.it;

import java.net.URL;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * An application that opens the database named first, fails to open the one named second, and
 * prints everything that an application can see of its JVM.
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
    Thread main = Thread.currentThread();
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + arguments[0]);
        Statement statement = db.createStatement()) {
      statement.execute("SELECT count(*) FROM t");
    }
    try {
      DriverManager.getConnection("jdbc:sqlite:" + arguments[1]).close();
    } catch (SQLException e) {
      describe(e);
    }
    new TreeMap<>(System.getProperties()).forEach((k, v) -> say("property " + k + "=" + v));
    for (Thread thread : Thread.getAllStackTraces().keySet().stream().sorted(byName()).toList()) {
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
    say("auto-commit " + System.getProperties().getClass());
  }

  private static void describe(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      say(t.getClass() + ": " + t.getMessage() + " " + t.getSuppressed().length);
      for (StackTraceElement frame : t.getStackTrace()) {
        say("  " + frame);
      }
    }
  }

  private static java.util.Comparator<Thread> byName() {
    return java.util.Comparator.comparing(Thread::getName);
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
