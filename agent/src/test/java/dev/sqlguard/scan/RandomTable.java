package dev.sqlguard.scan;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A table of a few columns, with indexes of all kinds that follow from its rows. */
final class RandomTable {
  static final List<String> TYPES =
      List.of(
          "",
          "INTEGER",
          "INT",
          "CHARINT",
          "FLOATING POINT",
          "TEXT",
          "VARCHAR(20)",
          "BLOB",
          "REAL",
          "DOUBLE",
          "NUMERIC",
          "DECIMAL(10,2)",
          "BOOLEAN");

  private static final List<String> COLLATIONS = List.of("BINARY", "NOCASE", "RTRIM");
  private static final List<String> CONDITIONS =
      List.of(
          "# > 5",
          "# IS NOT NULL",
          "# NOTNULL",
          "# IS NULL",
          "# = 'a'",
          "# <> 3 AND % < 10",
          "# IN (1, 2, 3)",
          "# BETWEEN 1 AND 10",
          "NOT #",
          "# OR %",
          "# IS 1",
          "# = 1.0",
          "# == '5'",
          "# >= x'00'",
          "# IS NOT 'x'",
          "# <= 9007199254740992",
          "rowid > 10",
          "# > %",
          "1",
          "#",
          "# LIKE 'a%'",
          "typeof(#) = 'integer'",
          "# > 'B' COLLATE NOCASE",
          "# + 1 > 5");

  private final Work work;
  private final RandomValues values;
  private final String name;
  private final List<String> types = new ArrayList<>();
  private final List<String> definitions = new ArrayList<>();
  private boolean collated;
  private String suffix = "";
  private int indexes;

  RandomTable(Work work, String name) {
    this.work = work;
    this.values = new RandomValues(work.random());
    this.name = name;
  }

  /** Whether columns and indexes have collations beside BINARY. */
  RandomTable collated() {
    collated = true;
    return this;
  }

  RandomTable columns(int count, List<String> choice) {
    for (int i = 0; i < count; i++) {
      String type = work.one(choice);
      types.add(type);
      definitions.add("c" + i + " " + type + collation());
    }
    return this;
  }

  /** A generated column, a constraint. */
  RandomTable and(String definition) {
    definitions.add(definition);
    return this;
  }

  RandomTable with(String option) {
    suffix = option;
    return this;
  }

  RandomTable create() throws SQLException {
    work.run("CREATE TABLE %s(%s) %s".formatted(name, String.join(", ", definitions), suffix));
    return this;
  }

  /** Some fields of the key, each with a collation or a direction of its own. */
  String key(int most) {
    List<String> fields = new ArrayList<>();
    for (int i = work.between(1, most); i > 0; i--) {
      fields.add(column() + collation() + (work.chance(3) ? " DESC" : ""));
    }
    return String.join(", ", fields);
  }

  String column() {
    return "c" + work.random().nextInt(types.size());
  }

  RandomTable index(int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      index("INDEX", key(3), "");
    }
    return this;
  }

  /** Before there are rows. */
  RandomTable unique(int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      index("UNIQUE INDEX", key(3), "");
    }
    return this;
  }

  /** Those on the rowid need a table that has them. */
  RandomTable partial(int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      String condition = work.one(CONDITIONS).replace("#", column());
      if (!condition.contains("LIKE")) {
        condition = condition.replace("%", column());
      }
      index(work.chance(4) ? "UNIQUE INDEX" : "INDEX", key(2), " WHERE " + condition);
    }
    return this;
  }

  RandomTable index(String kind, String key, String where) throws SQLException {
    String sql = "CREATE %s %s_i%d ON %s(%s)%s";
    work.run(sql.formatted(kind, name, indexes++, name, key, where));
    return this;
  }

  RandomTable rows(int count) throws SQLException {
    return rows(count, "rowid");
  }

  RandomTable rows(int count, String key) throws SQLException {
    List<String> columns = IntStream.range(0, types.size()).mapToObj(i -> "c" + i).toList();
    work.fill(name, columns, key, count, this::row);
    return this;
  }

  private Object[] row() {
    return types.stream().map(values::likely).toArray();
  }

  private String collation() {
    return collated && work.chance(2) ? " COLLATE " + work.one(COLLATIONS) : "";
  }
}
