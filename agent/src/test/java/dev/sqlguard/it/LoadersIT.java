package dev.sqlguard.it;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Class loaders that don't ask their parents first, or have none. */
class LoadersIT {
  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"parentless", "childfirst"})
  void theirDriverIsGuarded(String kind) throws Exception {
    Path db = GuardedStory.walDatabase(temporary.toRealPath(), "app.db");
    List<String> words = new ArrayList<>(List.of(App.class.getName(), kind, db.toString()));
    words.addAll(GuardedJvm.applicationClassPath());
    GuardedStory.startsHealthyThenDamaged(
        db, GuardedJvm.jvm().program(words.toArray(String[]::new)));
  }

  /** Arguments: the kind of loader, a database, and the loader's class path. */
  public static final class App {
    private App() {}

    public static void main(String[] arguments) throws Exception {
      URL[] urls = new URL[arguments.length - 2];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = Path.of(arguments[i + 2]).toUri().toURL();
      }
      ClassLoader loader = arguments[0].equals("parentless") ? parentless(urls) : childFirst(urls);
      Class<?> type = Class.forName("org.sqlite.JDBC", true, loader);
      if (type.getClassLoader() != loader) {
        throw new IllegalStateException("loaded by " + type.getClassLoader());
      }
      Driver driver = (Driver) type.getDeclaredConstructor().newInstance();
      Connection connection = driver.connect("jdbc:sqlite:" + arguments[1], new Properties());
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate("INSERT INTO t(x) VALUES ('new')");
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM t NOT INDEXED");
        rows.next();
        System.out.println(rows.getInt(1));
      }
      System.exit(0);
    }

    /** {@code java.sql} is not the bootstrap loader's, so that much has to be had elsewhere. */
    private static ClassLoader parentless(URL[] urls) {
      return new URLClassLoader(urls, null) {
        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
          return name.startsWith("java.")
              ? ClassLoader.getPlatformClassLoader().loadClass(name)
              : super.findClass(name);
        }
      };
    }

    private static ClassLoader childFirst(URL[] urls) {
      return new URLClassLoader(urls, App.class.getClassLoader()) {
        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
          synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null && !name.startsWith("java.")) {
              try {
                loaded = findClass(name);
              } catch (ClassNotFoundException e) {
                loaded = null;
              }
            }
            return loaded == null ? super.loadClass(name, resolve) : loaded;
          }
        }

        @Override
        public URL getResource(String name) {
          URL own = findResource(name);
          return own == null ? super.getResource(name) : own;
        }

        @Override
        public java.util.Enumeration<URL> getResources(String name) throws IOException {
          return findResources(name);
        }
      };
    }
  }
}
