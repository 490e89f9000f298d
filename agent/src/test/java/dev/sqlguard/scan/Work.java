package dev.sqlguard.scan;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.sqlite.Function;

/** What an application does to its database, reproducibly. */
final class Work implements AutoCloseable {
  /**
   * A table with rows.
   *
   * @param columns those that are written
   * @param key the columns that tell rows apart, or rowid
   */
  private record Filled(String name, List<String> columns, String key, Supplier<Object[]> rows) {}

  private final Random random;
  private final Path file;
  private final List<Filled> tables = new ArrayList<>();
  private Connection db;

  Work(Path file, Random random) {
    this.file = file;
    this.random = random;
  }

  Random random() {
    return random;
  }

  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  <T> T one(List<T> choice) {
    return choice.get(random.nextInt(choice.size()));
  }

  void open() throws SQLException {
    db =
        DriverManager.getConnection(
            "jdbc:sqlite:" + file + "?synchronous=OFF&locking_mode=EXCLUSIVE&journal_mode=MEMORY");
    // Same seed, same database.
    Function.create(
        db,
        "randomblob",
        new Function() {
          @Override
          protected void xFunc() throws SQLException {
            byte[] bytes = new byte[value_int(0)];
            random.nextBytes(bytes);
            result(bytes);
          }
        });
  }

  @Override
  public void close() throws SQLException {
    if (db != null) {
      db.close();
      db = null;
    }
  }

  void run(String... statements) throws SQLException {
    String at = "";
    try (Statement statement = db.createStatement()) {
      for (String text : statements) {
        at = text;
        statement.execute(text);
      }
    } catch (SQLException e) {
      throw new SQLException(file.getFileName() + ": " + at, e);
    }
  }

  /** Rows that a constraint doesn't let in are left out. */
  void fill(String table, List<String> columns, String key, int count, Supplier<Object[]> rows)
      throws SQLException {
    Filled filled = new Filled(table, columns, key, rows);
    tables.add(filled);
    insert(filled, count);
  }

  private void insert(Filled table, int count) throws SQLException {
    String places = "?, ".repeat(table.columns().size());
    String sql =
        "INSERT OR IGNORE INTO %s(%s) VALUES (%s)"
            .formatted(
                table.name(),
                String.join(", ", table.columns()),
                places.substring(0, places.length() - 2));
    try (PreparedStatement insert = db.prepareStatement(sql)) {
      for (int i = 0; i < count; i++) {
        Object[] row = table.rows().get();
        for (int field = 0; field < row.length; field++) {
          insert.setObject(field + 1, row[field]);
        }
        insert.executeUpdate();
      }
    }
  }

  /** Some rows of all tables are deleted, changed, added. */
  void change(int most) throws SQLException {
    for (Filled table : tables) {
      if (chance(4)) {
        continue;
      }
      String some = some(table, most);
      if (chance(2)) {
        run("DELETE FROM " + table.name() + " WHERE " + some);
      }
      if (chance(2)) {
        update(table, some);
      }
      insert(table, chance(2) ? 1 : between(0, most));
    }
  }

  private String some(Filled table, int most) {
    if (table.key().equals("id") || table.key().equals("rowid")) {
      // An R-Tree that is being read can't be written to.
      int every = between(2, 4 + 200 / most);
      return "%s %% %d = %d".formatted(table.key(), every, between(0, every - 1));
    }
    return "(%s) IN (SELECT %s FROM %s LIMIT %d OFFSET %d)"
        .formatted(
            table.key(),
            table.key(),
            table.name(),
            between(0, most),
            chance(2) ? 0 : between(0, 40));
  }

  private void update(Filled table, String some) throws SQLException {
    int field = random.nextInt(table.columns().size());
    String sql =
        "UPDATE OR IGNORE %s SET %s = ? WHERE %s"
            .formatted(table.name(), table.columns().get(field), some);
    try (PreparedStatement update = db.prepareStatement(sql)) {
      update.setObject(1, table.rows().get()[field]);
      update.executeUpdate();
    }
  }
}
