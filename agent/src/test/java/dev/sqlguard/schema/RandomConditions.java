package dev.sqlguard.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** WHERE clauses, and rows that lie on both sides of their limits. */
final class RandomConditions {
  static final String TABLE =
      "CREATE TABLE t(id INTEGER PRIMARY KEY, i INT, n NUMERIC, r REAL, x TEXT, b, \"s c\" CHAR(9)"
          + " COLLATE NOCASE, e TEXT COLLATE RTRIM, g AS (1) VIRTUAL, h INT AS (i) STORED, word STATUS)";

  private static final List<String> COLUMNS =
      List.of(
          "id", "I", "n", "r", "x", "b", "\"s c\"", "[e]", "`h`", "word", "rowid", "_rowid_", "OID",
          "\"X\"");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "-1",
          "5",
          "007",
          "2.5",
          "-2.5",
          "1e2",
          ".5",
          "5.",
          "3000000000",
          "1.0",
          "100",
          "9007199254740993",
          "123456789012345678");
  private static final List<String> TEXTS =
      List.of(
          "''", "'a'", "'A'", "'a '", "'b'", "'5'", "'5.0'", "' 5'", "'1e2'", "'5x'", "'x''y'",
          "'1'", "'0'", "'-1'", "'2.5'", "'ä'", "'Ä'", "'ab'", "'.5'", "'5.'", "'.'", "'+5'",
          "'1e'");
  private static final List<String> OTHERS =
      List.of("NULL", "x''", "x'61'", "X'00FF'", "TRUE", "false");
  private static final List<String> COMPARISONS =
      List.of("=", "==", "<>", "!=", "<", "<=", ">", ">=", "=", "=");

  private final Random random;

  RandomConditions(long seed) {
    random = new Random(seed);
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** In the order of the columns that can be written. */
  String row() {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      values.add(literal());
    }
    return "INSERT OR IGNORE INTO t(i, n, r, x, b, \"s c\", e, word) VALUES ("
        + String.join(", ", values)
        + ")";
  }

  String literal() {
    return switch (random.nextInt(9)) {
      case 0, 1, 2, 3 -> any(NUMBERS);
      case 4, 5, 6, 7 -> any(TEXTS);
      default -> any(OTHERS);
    };
  }

  String condition(int depth) {
    if (depth > 0 && random.nextInt(3) > 0) {
      return switch (random.nextInt(6)) {
        case 0, 1 -> condition(depth - 1) + " AND " + condition(depth - 1);
        case 2, 3 -> condition(depth - 1) + " or " + condition(depth - 1);
        case 4 -> "NOT " + condition(depth - 1);
        default -> "(" + condition(depth - 1) + ")";
      };
    }
    String column = any(COLUMNS);
    String not = random.nextBoolean() ? " NOT" : "";
    return switch (random.nextInt(12)) {
      case 0 -> column + " IS" + not + " NULL";
      case 1 -> column + any(List.of(" ISNULL", " NOTNULL", " NOT NULL", " NOT /**/ NULL"));
      case 2 -> column + " IS" + not + " " + literal();
      case 3 -> column + not + " IN (" + literal() + ", " + literal() + ", " + literal() + ")";
      case 4 -> column + not + any(List.of(" IN ()", " IN (" + literal() + ")"));
      case 5 -> column + not + " BETWEEN " + literal() + " AND " + literal();
      case 6 -> column;
      case 7 -> literal() + " " + any(COMPARISONS) + " " + column;
      case 8 -> any(List.of("TRUE", "false", "1", "0"));
      default ->
          column + any(List.of(" ", "")) + any(COMPARISONS) + any(List.of(" ", "")) + literal();
    };
  }
}
