package persistence;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.sql.Connection;
import java.sql.DriverManager;
import org.flywaydb.core.Flyway;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Adds a row to the table t of a database through one of the libraries, prints how many there are,
 * and exits without closing anything.
 */
public final class Main {
  /** A row of t. */
  @Entity
  @Table(name = "t")
  public static class Row {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Integer id;

    String x;
  }

  public static void main(String[] arguments) throws Exception {
    String url = "jdbc:sqlite:" + arguments[1];
    System.out.println(
        switch (arguments[0]) {
          case "hibernate" -> hibernate(url);
          case "jooq" -> jooq(DSL.using(connect(url), SQLDialect.SQLITE));
          case "flyway" -> flyway(url);
          case "spring-jdbc" -> springJdbc(url);
          default -> throw new IllegalArgumentException(arguments[0]);
        });
    System.exit(0);
  }

  private static long hibernate(String url) {
    SessionFactory sessions =
        new Configuration()
            .addAnnotatedClass(Row.class)
            .setProperty("hibernate.connection.url", url)
            .setProperty("hibernate.connection.driver_class", "org.sqlite.JDBC")
            .setProperty(
                "hibernate.dialect", "org.hibernate.community.dialect.SQLiteDialect")
            .buildSessionFactory();
    sessions.inTransaction(
        session -> {
          Row row = new Row();
          row.x = "new";
          session.persist(row);
        });
    return sessions.fromSession(
        session -> session.createQuery("select count(*) from Main$Row", Long.class).getSingleResult());
  }

  private static long jooq(DSLContext sql) {
    sql.insertInto(DSL.table("t"), DSL.field("x")).values("new").execute();
    return sql.fetchCount(DSL.table("t"));
  }

  private static long flyway(String url) throws Exception {
    Flyway.configure()
        .dataSource(url, null, null)
        .baselineOnMigrate(true)
        .locations("classpath:db/migration")
        .load()
        .migrate();
    return springJdbc(url);
  }

  /** The connection of the first statement stays open, as in a pool. */
  private static long springJdbc(String url) throws Exception {
    connect(url).createStatement().executeQuery("SELECT count(*) FROM t").close();
    JdbcTemplate template = new JdbcTemplate(new DriverManagerDataSource(url));
    template.update("INSERT INTO t(x) VALUES ('new')");
    return template.queryForObject("SELECT count(*) FROM t NOT INDEXED", Long.class);
  }

  private static Connection connect(String url) throws Exception {
    return DriverManager.getConnection(url);
  }
}
