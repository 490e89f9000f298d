package webapp;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** What each application in a container does: add a row, print how many there are, close nothing. */
public final class Database {
  private Database() {}

  public static void use(String file) throws Exception {
    Class.forName("org.sqlite.JDBC", true, Database.class.getClassLoader());
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO t(x) VALUES ('new')");
      ResultSet rows = statement.executeQuery("SELECT count(*) FROM t NOT INDEXED");
      rows.next();
      System.out.println(rows.getInt(1));
    }
  }
}
