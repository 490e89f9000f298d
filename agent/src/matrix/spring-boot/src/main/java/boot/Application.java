package boot;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

/** Adds a row to the table t, prints how many there are, and exits in an orderly way. */
@SpringBootApplication
public class Application {
  public static void main(String[] arguments) {
    System.exit(SpringApplication.exit(SpringApplication.run(Application.class, arguments)));
  }

  @Bean
  ApplicationRunner runner(JdbcTemplate sql) {
    return arguments -> {
      sql.update("INSERT INTO t(x) VALUES ('new')");
      System.out.println(sql.queryForObject("SELECT count(*) FROM t NOT INDEXED", Long.class));
    };
  }
}
