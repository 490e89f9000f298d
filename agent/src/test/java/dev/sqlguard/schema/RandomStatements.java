package dev.sqlguard.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** CREATE statements of every shape, most of them sound. */
final class RandomStatements {
  private static final String[] TYPES = {
    "",
    "",
    "INTEGER",
    "integer",
    "INT",
    "TEXT",
    "text",
    "REAL",
    "BLOB",
    "NUMERIC",
    "VARCHAR(20)",
    "DECIMAL(10, -2)",
    "UNSIGNED BIG INT",
    "DOUBLE PRECISION",
    "FLOATING POINT",
    "CHARINT",
    "NATIVE CHARACTER(70)",
    "\"INTEGER\"",
    "[INTEGER]",
    "`text`",
    "'REAL'",
    "ANY",
    "DATETIME",
    "BOOLEAN",
    "STRING",
    "INTEGER /* not INT */",
    "/* INT */ TEXT",
    "VARCHAR /* INT */ (10)",
    "INTEGER GENERATED ALWAYS",
    "BLOBREAL",
    "REALBLOB",
    "DOUBCLOB",
    "int8(+4)",
    "NO ACTION",
    "\"some \"\"type\"",
    "key value",
    "x'y"
  };
  private static final String[] STRICT_TYPES = {
    "INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY", "any"
  };
  private static final String[] COLLATIONS = {
    "BINARY", "NOCASE", "RTRIM", "nocase", "\"RTRIM\"", "[binary]", "'NoCase'"
  };
  private static final String[] NAMES = {
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "Id",
    "key",
    "\"g h\"",
    "[i j]",
    "`k``l`",
    "'m'",
    "\"n\"\"o\"",
    "rowid",
    "if",
    "left",
    "indexed",
    "generated",
    "\"select\"",
    "ü",
    "x$1",
    "_",
    "desc",
    "\"(\"",
    "first",
    "true",
    "over",
    "replace",
    "[--x]",
    "virtual",
    "x"
  };
  private static final String[] SPACES = {
    " ", " ", " ", "  ", "\n", "\t", " /* , ) */ ", " -- it's (\n", "/**/", "\r\n"
  };
  private static final String[] DEFAULTS = {
    "5",
    "-5",
    "+7",
    "1.5",
    "-2.5e3",
    "'text'",
    "''",
    "x'00ff'",
    "NULL",
    "TRUE",
    "false",
    "CURRENT_TIME",
    "current_date",
    "(1 + 2)",
    "(5)",
    "(-5)",
    "('x')",
    "\"quoted\"",
    "word",
    "0x10",
    "1_000",
    "99999999999999999999",
    "'it''s'",
    "(lower('X'))",
    "-'5'",
    "- current_time"
  };
  private static final String[] CONFLICTS = {
    "", "", "", "", " ON CONFLICT REPLACE", " ON CONFLICT ABORT", " on conflict ignore"
  };
  private static final String[] REFERENCES = {
    "REFERENCES p",
    "REFERENCES p(q)",
    "REFERENCES p(q) ON DELETE SET NULL ON UPDATE CASCADE",
    "REFERENCES p MATCH FULL",
    "REFERENCES p(q) DEFERRABLE INITIALLY DEFERRED",
    "REFERENCES \"p\" ON DELETE NO ACTION NOT DEFERRABLE",
    "REFERENCES p ON INSERT RESTRICT"
  };
  private static final String[] CHECKS = {
    "CHECK (1)", "CHECK (length('(') > 0)", "CHECK ((1) IN (1, 2))", "CHECK (\")\" IS NOT 2)"
  };

  private final Random random;
  private final List<String> columns = new ArrayList<>();

  RandomStatements(long seed) {
    random = new Random(seed);
  }

  private String any(String... of) {
    return of[random.nextInt(of.length)];
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private String space() {
    return any(SPACES);
  }

  /** A table, and indexes on it. */
  List<String> table(String name) {
    List<String> statements = new ArrayList<>();
    columns.clear();
    boolean strict = oneIn(5);
    boolean withoutRowid = oneIn(3);
    boolean hasPrimaryKey = false;
    List<String> parts = new ArrayList<>();
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      String column = any(NAMES);
      if (columns.contains(column)) {
        continue;
      }
      columns.add(column);
      StringBuilder part = new StringBuilder(column);
      part.append(space()).append(strict ? any(STRICT_TYPES) : any(TYPES));
      boolean generated = oneIn(7) && i > 0;
      boolean primary = !generated && !hasPrimaryKey && oneIn(6);
      hasPrimaryKey |= primary;
      List<String> constraints = constraints(generated, primary);
      for (String constraint : constraints) {
        part.append(space()).append(constraint);
      }
      parts.add(part.toString());
    }
    int more = random.nextInt(4);
    boolean comma = true;
    StringBuilder all = new StringBuilder(String.join("," + (oneIn(2) ? " " : space()), parts));
    boolean needsKey = withoutRowid && !hasPrimaryKey && !oneIn(20);
    for (int i = 0; i < more || needsKey; i++) {
      boolean primary = needsKey || !hasPrimaryKey && oneIn(3) || oneIn(60);
      needsKey = false;
      hasPrimaryKey |= primary;
      all.append(comma ? ", " : " ").append(tableConstraint(primary));
      comma = !oneIn(4);
    }
    String options =
        withoutRowid && strict
            ? any("STRICT, WITHOUT ROWID", "without rowid,strict")
            : withoutRowid
                ? any("WITHOUT ROWID", "WITHOUT" + space() + "RowId")
                : strict ? "STRICT" : "";
    statements.add(
        "CREATE"
            + space()
            + "TABLE"
            + space()
            + any("", "", "IF NOT EXISTS ", "main.")
            + name
            + any("(", space() + "(" + space())
            + all
            + any(")", space() + ")")
            + options
            + (options.isEmpty() ? "" : any("", space())));
    int indexes = random.nextInt(4);
    for (int i = 0; i < indexes; i++) {
      statements.add(index(name, i));
    }
    if (oneIn(3)) {
      statements.add(
          "ALTER TABLE "
              + name
              + " ADD COLUMN \"added\" "
              + any(strict ? STRICT_TYPES : TYPES)
              + space()
              + any(
                  "",
                  "DEFAULT 5",
                  "COLLATE NOCASE DEFAULT 'x'",
                  "AS (1)",
                  "NOT NULL DEFAULT -1.5"));
      statements.add(
          "CREATE INDEX "
              + any("x_", "\"y z\"")
              + random.nextInt(1 << 30)
              + " ON "
              + name
              + "(added)");
    }
    if (oneIn(4)) {
      statements.add("ALTER TABLE " + name + " RENAME COLUMN " + any(NAMES) + " TO \"new name\"");
    }
    if (oneIn(4)) {
      statements.add("ALTER TABLE " + name + " DROP COLUMN " + any(NAMES));
    }
    if (oneIn(4)) {
      statements.add(
          "ALTER TABLE " + name + " RENAME TO " + any("\"re [named]\"", "[Re`Named]", "renamed"));
    }
    return statements;
  }

  private List<String> constraints(boolean generated, boolean primary) {
    List<String> constraints = new ArrayList<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(generated ? 6 : 7)) {
        case 0 -> constraints.add("UNIQUE" + any(CONFLICTS));
        case 1 -> constraints.add("COLLATE " + any(COLLATIONS));
        case 2 ->
            constraints.add(
                any("NOT NULL", "NULL", "CONSTRAINT nn NOT NULL", "NOT NULL ON CONFLICT IGNORE"));
        case 3 -> constraints.add(any(CHECKS));
        case 4 -> constraints.add(any(REFERENCES));
        case 5 -> constraints.add("CONSTRAINT " + any(NAMES));
        default -> constraints.add("DEFAULT " + any(DEFAULTS));
      }
    }
    int place = random.nextInt(constraints.size() + 1);
    if (generated) {
      constraints.add(
          place,
          any("GENERATED ALWAYS AS", "AS")
              + any("(1)", " (length('x,)') + 1)", "(+1)")
              + any("", " STORED", " VIRTUAL", "stored"));
    }
    if (primary) {
      constraints.add(
          place,
          "PRIMARY KEY"
              + any("", "", " ASC", " DESC")
              + any(CONFLICTS)
              + (oneIn(8) ? " AUTOINCREMENT" : ""));
    }
    return constraints;
  }

  private String tableConstraint(boolean primary) {
    String name = oneIn(4) ? "CONSTRAINT " + any(NAMES) + " " : "";
    if (primary) {
      return name + "PRIMARY KEY" + space() + terms() + any(CONFLICTS);
    }
    return name
        + switch (random.nextInt(4)) {
          case 0 -> any(CHECKS) + any(CONFLICTS);
          case 1 ->
              "FOREIGN KEY ("
                  + any(columns.toArray(new String[0]))
                  + ") REFERENCES p(q) ON DELETE CASCADE";
          default -> "UNIQUE" + any("", " ") + terms() + any(CONFLICTS);
        };
  }

  private String terms() {
    int count = 1 + (oneIn(2) ? 0 : random.nextInt(4));
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      terms.add(
          any(columns.toArray(new String[0]))
              + (oneIn(4) ? " COLLATE " + any(COLLATIONS) : "")
              + any("", "", "", " ASC", " DESC", " desc"));
    }
    return "(" + String.join(any(",", ", "), terms) + ")";
  }

  private String index(String table, int number) {
    String where =
        oneIn(4)
            ? " WHERE "
                + any(columns.toArray(new String[0]))
                + any(" IS NOT NULL", " > 5", " = 'x'")
            : "";
    return "CREATE "
        + any("", "UNIQUE ")
        + "INDEX"
        + space()
        + any("", "", "IF NOT EXISTS ", "main.")
        + any("i" + number, "\"an index " + number + "\"", "[I" + number + "]")
        + " ON "
        + table
        + any("", " ")
        + (oneIn(10) ? "(" + any("1 + 1", "lower('x')", "(a)", "a || 'x'") + ")" : terms())
        + where;
  }
}
