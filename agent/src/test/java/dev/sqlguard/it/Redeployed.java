package dev.sqlguard.it;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Collections;

/** A container whose web application, with a driver of its own, is stopped and thrown away. */
public final class Redeployed {
  private static final int MOST_COLLECTIONS = 50;

  private Redeployed() {}

  /** Arguments: a database, and the class path of the web application. */
  public static void main(String[] arguments) throws Exception {
    for (int deployment = 0; deployment < 2; deployment++) {
      WeakReference<ClassLoader> loader = deploy(arguments);
      for (int i = 0; i < MOST_COLLECTIONS && loader.get() != null; i++) {
        System.gc();
        Thread.sleep(20);
      }
      System.out.println(loader.get() == null ? "collected" : "leaked");
    }
  }

  private static WeakReference<ClassLoader> deploy(String[] arguments) throws Exception {
    URL[] urls = new URL[arguments.length - 1];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = Path.of(arguments[i + 1]).toUri().toURL();
    }
    URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    Class<?> webApp = Class.forName(WebApp.class.getName(), true, loader);
    webApp.getMethod("run", String.class).invoke(null, arguments[0]);
    loader.close();
    return new WeakReference<>(loader);
  }

  /** Loaded by the web application's loader, so that it may deregister that one's drivers. */
  public static final class WebApp {
    private WebApp() {}

    public static void run(String database) throws Exception {
      Class.forName("org.sqlite.JDBC");
      try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + database);
          Statement statement = db.createStatement()) {
        statement.execute("INSERT INTO t(x) VALUES ('deployed')");
      }
      for (Driver driver : Collections.list(DriverManager.getDrivers())) {
        DriverManager.deregisterDriver(driver);
      }
    }
  }
}
