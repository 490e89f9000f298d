package dev.sqlguard.driver;

import dev.sqlguard.backup.ApplicationDriver;
import dev.sqlguard.backup.LiveConnection;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.SqliteVersion;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BooleanSupplier;

/**
 * A copy of sqlite-jdbc, or of something shaped like it, already loaded: the application's own, or
 * the nested one; with the key that one open of the application has, if it has one.
 */
public final class JdbcDriver implements LoadedDriver, ApplicationDriver {
  private static final String READ_WRITE = "2";
  private static final String CORE = ".core";

  /** Of sqlite-jdbc, beside its driver. */
  private static final String LOADER = "SQLiteJDBCLoader";

  /** SQLITE_LIMIT_LENGTH, in bytes; older drivers don't know it and leave it alone. */
  private static final String LONGEST_VALUE = "limit_length";

  private static final long SMALLEST_LIMIT = 1 << 20;
  private static final long LARGEST_LIMIT = 1_000_000_000;
  private static final int TIMES_ITS_SIZE = 4;

  private final WeakReference<Class<?>> anchor;
  private final String driverClass;
  private final boolean knowsUris;
  private final String name;
  private final BooleanSupplier soleSqlite;
  private final CipherSettings cipher;
  private final TimeAllowance allowance;

  /** This without a key. */
  private final JdbcDriver copy;

  /** Null until a file has been opened. */
  private volatile String version;

  /**
   * @param databaseClass the driver's {@code DB} class; the JDBC driver is found beside it
   * @param soleSqlite whether it is the one copy of SQLite in this JVM
   */
  public JdbcDriver(Class<?> databaseClass, BooleanSupplier soleSqlite) {
    this(databaseClass, soleSqlite, TimeAllowance.USUAL);
  }

  /**
   * @param allowance how long it may be at work on a private copy
   */
  public JdbcDriver(Class<?> databaseClass, BooleanSupplier soleSqlite, TimeAllowance allowance) {
    this(
        databaseClass,
        driverBeside(databaseClass),
        isInCore(databaseClass),
        "the application's driver",
        soleSqlite,
        allowance);
  }

  /**
   * @param anchor any class of its class loader
   * @param knowsUris whether it passes {@code file:} URIs to SQLite, and takes parameters
   */
  JdbcDriver(
      Class<?> anchor,
      String driverClass,
      boolean knowsUris,
      String name,
      BooleanSupplier soleSqlite,
      TimeAllowance allowance) {
    this.anchor = new WeakReference<>(anchor);
    this.driverClass = driverClass;
    this.knowsUris = knowsUris;
    this.name = name;
    this.soleSqlite = soleSqlite;
    this.allowance = allowance;
    this.cipher = CipherSettings.none();
    this.copy = this;
  }

  private JdbcDriver(JdbcDriver copy, CipherSettings cipher) {
    this.anchor = copy.anchor;
    this.driverClass = copy.driverClass;
    this.knowsUris = copy.knowsUris;
    this.name = copy.name;
    this.soleSqlite = copy.soleSqlite;
    this.allowance = copy.allowance;
    this.cipher = cipher;
    this.copy = copy;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A private copy may be anybody's work. Its schema gets no more than expressions: no function
   * or virtual table that could do harm elsewhere, and no value that is much larger than the file.
   * Nothing of the application's connection is taken but the key: no extension can be loaded. And
   * its expressions and views have an end, since SQLite's time is limited, by {@link
   * TimeAllowance}.
   */
  @Override
  public Connection open(Path file) throws SQLException {
    long size = size(file);
    Properties properties = cipher.asProperties();
    properties.setProperty(LONGEST_VALUE, Long.toString(longestValue(size)));
    Connection connection = connect(file, properties);
    boolean ready = false;
    try {
      distrustSchema(connection);
      Statement idle = connection.createStatement();
      TimeLimit limit = new TimeLimit(idle, allowance.of(size), System::nanoTime);
      limit.start();
      ready = true;
      return new LimitedConnection(connection, limit);
    } finally {
      if (!ready) {
        connection.close();
      }
    }
  }

  private static void distrustSchema(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA trusted_schema=OFF");
    }
  }

  /** Of all its files, in bytes. */
  private static long size(Path file) {
    SideFiles beside = SideFiles.of(file);
    long size = file.toFile().length();
    size += beside.wal().toFile().length();
    // Its pages come back, and with them what a file that was cut has lost.
    size += beside.journal().toFile().length();
    return size;
  }

  /** Room for what an indexed expression makes of a value: hexadecimal digits, in UTF-16. */
  private static long longestValue(long size) {
    return Math.min(LARGEST_LIMIT, SMALLEST_LIMIT + TIMES_ITS_SIZE * size);
  }

  private Connection connect(Path file, Properties properties) throws SQLException {
    Class<?> known = anchor.get();
    if (known == null) {
      throw new SQLException("its driver has been unloaded");
    }
    properties.setProperty("open_mode", READ_WRITE);
    Connection connection;
    try {
      connection = driver(known).connect(url(file), properties);
    } catch (SQLException e) {
      throw cipher.withoutSecrets(e);
    }
    if (connection == null) {
      throw new SQLException(driverClass + " doesn't take " + url(file));
    }
    if (version == null) {
      version = versionOf(connection);
    }
    return connection;
  }

  @Override
  public LiveConnection openLive(Path file) throws SQLException {
    return new LiveJdbcConnection(connect(file, cipher.asProperties()));
  }

  @Override
  public boolean mayOpenLiveFiles() {
    return soleSqlite.getAsBoolean();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> version() {
    return Optional.ofNullable(version);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Most first opens need no connection of the guard's, and none is made for this: the driver's
   * own version begins with that of its SQLite.
   */
  @Override
  public Optional<String> versionOnceOpened() {
    if (copy.version == null) {
      copy.version = version == null ? versionOfItsLoader() : version;
    }
    return Optional.ofNullable(copy.version);
  }

  private String versionOfItsLoader() {
    Class<?> known = anchor.get();
    if (known == null) {
      return null;
    }
    String loader = driverClass.substring(0, driverClass.lastIndexOf('.') + 1) + LOADER;
    try {
      Object said =
          Class.forName(loader, true, known.getClassLoader()).getMethod("getVersion").invoke(null);
      return said instanceof String text ? SqliteVersion.ofDriver(text) : null;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return null;
    }
  }

  /** The statement reads no file. Null where it fails: the connection may be good all the same. */
  private static String versionOf(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT sqlite_version()")) {
      return row.next() ? row.getString(1) : null;
    } catch (SQLException | LinkageError e) {
      return null;
    }
  }

  @Override
  public boolean isKeyed() {
    return cipher.hasKey();
  }

  @Override
  public boolean opensLike(ApplicationDriver other) {
    return other instanceof JdbcDriver driver && driver.copy == copy && driver.cipher.is(cipher);
  }

  @Override
  public Object loadedCopy() {
    return copy;
  }

  @Override
  public boolean isUnloaded() {
    return anchor.get() == null;
  }

  @Override
  public boolean isOf(Class<?> databaseClass) {
    return anchor.get() == databaseClass;
  }

  @Override
  public boolean opensFiles() {
    return true;
  }

  @Override
  public Handling handling(Object database) {
    CipherSettings its = CipherSettings.of(database);
    if (its.changesKey()) {
      return new Handling.Aside("this open changes its key");
    }
    return new Handling.Guarded(its.hasKey() ? new JdbcDriver(this, its) : this);
  }

  private Driver driver(Class<?> known) throws SQLException {
    try {
      return (Driver)
          Class.forName(driverClass, true, known.getClassLoader())
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new SQLException("no JDBC driver beside " + known.getName(), e);
    }
  }

  /**
   * The driver cuts its pragmas off at a question mark, so such a name goes as a URI. The oldest
   * ones know neither.
   */
  private String url(Path file) {
    String path = file.toString();
    if (path.indexOf('?') < 0 || !knowsUris) {
      return "jdbc:sqlite:" + path;
    }
    String escaped =
        path.replace("%", "%25").replace("?", "%3f").replace("#", "%23").replace("\\", "/");
    return "jdbc:sqlite:file:" + escaped;
  }

  /**
   * {@code org.sqlite.core.DB} and {@code org.sqlite.DB} both belong to {@code org.sqlite.JDBC}.
   */
  private static String driverBeside(Class<?> databaseClass) {
    String packageName = databaseClass.getPackageName();
    String root =
        isInCore(databaseClass)
            ? packageName.substring(0, packageName.length() - CORE.length())
            : packageName;
    return root + ".JDBC";
  }

  /** As it is since 3.8; before, SQLite was opened without {@code SQLITE_OPEN_URI}. */
  private static boolean isInCore(Class<?> databaseClass) {
    return databaseClass.getPackageName().endsWith(CORE);
  }
}
