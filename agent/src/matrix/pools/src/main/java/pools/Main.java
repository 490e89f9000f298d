package pools;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.LogManager;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.sqlite.SQLiteDataSource;

/**
 * Adds a row to the table t of a database through one of the pools, prints how many there are, and
 * exits without closing anything.
 */
public final class Main {
  private static final int CROWD = 20;

  public static void main(String[] arguments) throws Exception {
    String url = "jdbc:sqlite:" + arguments[1];
    if (arguments[0].equals("hikari-crowd")) {
      crowd(url);
    } else {
      if (arguments[0].equals("log-manager")) {
        expectLogManager(System.getProperty("java.util.logging.manager"));
      }
      DataSource pool = pool(arguments[0], url);
      insert(pool);
      System.out.println(count(pool));
    }
    System.exit(0);
  }

  private static DataSource pool(String name, String url) throws Exception {
    switch (name) {
      case "hikari-url":
      case "log-manager":
        return hikari(url);
      case "hikari-datasource":
        HikariConfig config = new HikariConfig();
        config.setDataSourceClassName(SQLiteDataSource.class.getName());
        config.addDataSourceProperty("url", url);
        config.setMaximumPoolSize(2);
        return new HikariDataSource(config);
      case "dbcp2":
        BasicDataSource dbcp = new BasicDataSource();
        dbcp.setUrl(url);
        return dbcp;
      case "tomcat-jdbc":
        var tomcat = new org.apache.tomcat.jdbc.pool.DataSource();
        tomcat.setDriverClassName("org.sqlite.JDBC");
        tomcat.setUrl(url);
        return tomcat;
      case "c3p0":
        ComboPooledDataSource c3p0 = new ComboPooledDataSource();
        c3p0.setDriverClass("org.sqlite.JDBC");
        c3p0.setJdbcUrl(url);
        return c3p0;
      case "agroal":
        return AgroalDataSource.from(
            new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(
                    pool ->
                        pool.maxSize(2)
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url))));
      default:
        throw new IllegalArgumentException(name);
    }
  }

  /** The JDK falls back to its own, silently, where somebody asked for a logger too early. */
  private static void expectLogManager(String name) {
    String manager = LogManager.getLogManager().getClass().getName();
    if (!manager.equals(name)) {
      throw new IllegalStateException(manager);
    }
  }

  private static HikariDataSource hikari(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(2);
    return new HikariDataSource(config);
  }

  /** Twenty pools, opened at the same moment, each of which has to see every row. */
  private static void crowd(String url) throws Exception {
    CyclicBarrier together = new CyclicBarrier(CROWD);
    ExecutorService threads = Executors.newFixedThreadPool(CROWD);
    List<Future<Integer>> counts = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      Callable<Integer> opening =
          () -> {
            together.await();
            return count(hikari(url));
          };
      counts.add(threads.submit(opening));
    }
    int least = Integer.MAX_VALUE;
    for (Future<Integer> count : counts) {
      least = Math.min(least, count.get());
    }
    insert(hikari(url));
    System.out.println(least + 1);
  }

  private static int count(DataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM t NOT INDEXED")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static void insert(DataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO t(x) VALUES ('new')");
    }
  }
}
