package dev.sqlguard.it;

import java.util.ArrayList;
import java.util.List;

/** Pieces of healthy databases, each with names of its own, so that any of them go together. */
public final class HealthyParts {
  /** One feature of SQLite, and the statements that bring it into a database. */
  public record Part(String name, List<String> statements) {}

  private static final List<Part> ALL = new ArrayList<>();

  private HealthyParts() {}

  public static List<Part> all() {
    return List.copyOf(ALL);
  }

  /**
   * {@code INSERT INTO target SELECT columns FROM n}, {@code i} counting from 1 to {@code rows}.
   */
  static String fill(int rows, String target, String columns) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        + rows
        + ") INSERT INTO "
        + target
        + " SELECT "
        + columns
        + " FROM n";
  }

  private static String[] schema(String name, String sql) {
    return new String[] {
      "PRAGMA writable_schema=ON",
      "UPDATE sqlite_master SET sql = '" + sql + "' WHERE name = '" + name + "'",
      "PRAGMA writable_schema=OFF"
    };
  }

  private static void part(String name, String... statements) {
    ALL.add(new Part(name, List.of(statements)));
  }

  private static void part(String name, List<String> before, String... after) {
    List<String> statements = new ArrayList<>(before);
    statements.addAll(List.of(after));
    ALL.add(new Part(name, statements));
  }

  private static List<String> numbered(int count, String template) {
    List<String> statements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      statements.add(template.replace("#", Integer.toString(i)));
    }
    return statements;
  }

  private static String list(int count, String template) {
    return String.join(", ", numbered(count, template));
  }

  static {
    tables();
    indexes();
    values();
    histories();
    brokenConstraints();
    texts();
    others();
  }

  private static void tables() {
    part("one column", "CREATE TABLE one(a)", fill(200, "one", "i"));
    part(
        "empty tables",
        "CREATE TABLE e1(a)",
        "CREATE TABLE e2(a UNIQUE, b)",
        "CREATE VIEW ev AS SELECT 1");
    part(
        "300 columns",
        "CREATE TABLE wide(" + list(300, "c#") + ")",
        fill(5, "wide", list(300, "i + #")));
    part(
        "60 tables",
        numbered(60, "CREATE TABLE many#(a, b DEFAULT #)"),
        "INSERT INTO many59 VALUES (1, 2)");
    part(
        "200 views",
        numbered(200, "CREATE VIEW view# AS SELECT # AS a, 'some text to fill the schema'"));
    part(
        "long names",
        "CREATE TABLE " + "t".repeat(600) + "(" + "c".repeat(900) + " UNIQUE)",
        fill(20, "t".repeat(600), "i"));
    part(
        "quoted names",
        "CREATE TABLE \"a \"\" 'b' [c] `d`\n;--\"(\"select\" INT, \"\" TEXT, \"ü\u4e2d\" UNIQUE)",
        fill(20, "\"a \"\" 'b' [c] `d`\n;--\"", "i, 'x', i"));
    part(
        "keywords as names",
        "CREATE TABLE \"table\"(\"rowid\" TEXT, \"index\" UNIQUE)",
        fill(20, "\"table\"", "'r' || i, i"));
    part(
        "without rowid",
        "CREATE TABLE wr(a, b, c, PRIMARY KEY (b, a)) WITHOUT ROWID",
        "CREATE INDEX wri ON wr(c)",
        fill(300, "wr", "i, i % 7, 'c' || i"));
    part(
        "without rowid, descending and overflowing",
        "CREATE TABLE wd(a TEXT COLLATE NOCASE, b, PRIMARY KEY (a DESC)) WITHOUT ROWID",
        fill(40, "wd", "hex(zeroblob(i * 30)) || i, zeroblob(i * 100)"));
    part(
        "strict",
        "CREATE TABLE st(a INTEGER, b TEXT, c REAL, d BLOB, e ANY) STRICT",
        fill(50, "st", "i, 'b', i / 2.0, x'00', i"));
    part(
        "generated columns",
        "CREATE TABLE gen(a, b AS (a * 2) VIRTUAL, c AS (a || 'x') STORED UNIQUE)",
        "CREATE INDEX geni ON gen(b)",
        fill(100, "gen(a)", "i"));
    part(
        "autoincrement",
        "CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, x)",
        fill(50, "auto(x)", "i"),
        "DELETE FROM auto WHERE id > 10",
        "INSERT INTO sqlite_sequence VALUES ('gone', 'text')");
    part(
        "primary key that is no rowid",
        "CREATE TABLE pd(id INTEGER PRIMARY KEY DESC, x)",
        fill(50, "pd", "i, i"));
    part(
        "defaults",
        "CREATE TABLE de(a DEFAULT CURRENT_TIMESTAMP, b DEFAULT (1 + 2), c DEFAULT 'c', d)",
        fill(20, "de(d)", "i"));
    part(
        "conflict clauses",
        "CREATE TABLE oc(a UNIQUE ON CONFLICT REPLACE, b NOT NULL ON CONFLICT IGNORE)",
        fill(30, "oc", "i % 5, i"));
    part(
        "deep trees",
        "CREATE TABLE deep(a INTEGER PRIMARY KEY, b UNIQUE)",
        fill(2500, "deep", "i, 'key ' || (i * 7919 % 2503)"));
  }

  private static void indexes() {
    part(
        "partial indexes",
        "CREATE TABLE pa(a, b)",
        "CREATE INDEX pai ON pa(a) WHERE b > 50",
        "CREATE UNIQUE INDEX pau ON pa(b) WHERE a IS NOT NULL",
        fill(100, "pa", "i % 3, i"));
    part(
        "expression indexes",
        "CREATE TABLE ex(a, b)",
        "CREATE INDEX exi ON ex(a + b, lower(b))",
        "CREATE INDEX exs ON ex(substr(b, 1, 3) COLLATE NOCASE DESC)",
        fill(100, "ex", "i, 'B' || i"));
    part(
        "index with a function of mathematics",
        "CREATE TABLE ma(a)",
        "CREATE INDEX mai ON ma(sqrt(a))",
        fill(60, "ma", "i"));
    part(
        "index into documents",
        "CREATE TABLE js(d)",
        "CREATE INDEX jsi ON js(json_extract(d, '$.k'))",
        fill(60, "js", "'{\"k\":' || i || '}'"));
    part(
        "descending indexes",
        "CREATE TABLE ds(a, b)",
        "CREATE INDEX dsi ON ds(a DESC, b ASC)",
        "CREATE INDEX dsj ON ds(b DESC)",
        fill(150, "ds", "i % 9, i"));
    part(
        "collations",
        "CREATE TABLE co(a COLLATE NOCASE UNIQUE, b COLLATE RTRIM)",
        "CREATE INDEX coi ON co(b, a COLLATE BINARY)",
        fill(120, "co", "char(65 + i % 26) || i, 'b' || (i % 4) || '   '"));
    part(
        "five indexes of one table",
        "CREATE TABLE fi(a, b, c)",
        "CREATE INDEX f1 ON fi(a)",
        "CREATE INDEX f2 ON fi(b)",
        "CREATE INDEX f3 ON fi(c, b, a)",
        "CREATE INDEX f4 ON fi(a, a)",
        "CREATE UNIQUE INDEX f5 ON fi(c, a)",
        fill(150, "fi", "i, i % 2, 'c' || i"));
    part(
        "the same key everywhere",
        "CREATE TABLE sk(a)",
        "CREATE INDEX ski ON sk(a)",
        fill(400, "sk", "'same'"));
    part("nulls in a unique index", "CREATE TABLE un(a UNIQUE, b)", fill(50, "un", "NULL, i"));
    part(
        "keys on overflow pages",
        "CREATE TABLE lk(a TEXT)",
        "CREATE INDEX lki ON lk(a)",
        fill(20, "lk", "i || hex(zeroblob(i * 300))"));
    part("integers as reals", "CREATE TABLE re(a REAL UNIQUE)", fill(120, "re", "i * 2"));
  }

  private static void values() {
    part(
        "numbers at their limits",
        "CREATE TABLE nu(a UNIQUE)",
        "INSERT INTO nu VALUES (0), (1), (-1), (127), (-128), (128), (32767), (32768), (8388607),"
            + " (8388608), (2147483647), (2147483648), (140737488355327), (140737488355328),"
            + " (9223372036854775807), (-9223372036854775808), (9e999), (-9e999), (1e-300), (0.5)");
    part(
        "large integers among reals",
        "CREATE TABLE mi(a)",
        "CREATE INDEX mii ON mi(a)",
        "INSERT INTO mi VALUES (9007199254740993), (9007199254740992.0), (9007199254740991),"
            + " (9007199254740994.0), (9223372036854775807), (9.223372036854775807e18), (-0.0)",
        fill(
            60,
            "mi",
            "CASE WHEN i % 2 THEN 4611686018427387904 + i ELSE 4611686018427387904.0 + i * 100 END"));
    part(
        "odd texts",
        "CREATE TABLE tx(a UNIQUE)",
        "INSERT INTO tx VALUES ('a' || char(0) || 'b'), (char(0xd800)), (CAST(x'ff' AS TEXT)), (''),"
            + " (x''), (char(0x10ffff)), ('ä'), ('a' || char(0x308)), (char(0xfeff) || 'x'), (x'00')");
    part(
        "the first and the last rowid",
        "CREATE TABLE ro(a)",
        "INSERT INTO ro(rowid, a) VALUES (9223372036854775807, 'last'), (-9223372036854775808, 'first'), (0, 0)");
    part(
        "large values",
        "CREATE TABLE bl(a, b)",
        "INSERT INTO bl VALUES (randomblob(250000), zeroblob(90000))",
        fill(15, "bl", "randomblob(i * 900), hex(zeroblob(i * 200))"));
    part(
        "a value that just fits", "CREATE TABLE fit(a)", fill(90, "fit", "zeroblob(i * 11 + 400)"));
  }

  private static void histories() {
    part(
        "dropped tables",
        "CREATE TABLE dt(a, b UNIQUE)",
        fill(300, "dt", "i, hex(randomblob(40))"),
        "DROP TABLE dt");
    part(
        "deleted rows",
        "CREATE TABLE dr(a, b)",
        "CREATE INDEX dri ON dr(b)",
        fill(400, "dr", "i, hex(randomblob(i % 90))"),
        "DELETE FROM dr WHERE a % 3 > 0");
    part(
        "added columns",
        "CREATE TABLE ad(a)",
        fill(60, "ad", "i"),
        "ALTER TABLE ad ADD COLUMN b NOT NULL DEFAULT 7",
        "ALTER TABLE ad ADD COLUMN c DEFAULT 'later'",
        "CREATE INDEX adi ON ad(c, b)",
        fill(10, "ad(a)", "i"));
    part(
        "dropped and renamed columns",
        "CREATE TABLE dc(a, b, c UNIQUE)",
        fill(60, "dc", "i, i, i"),
        "ALTER TABLE dc DROP COLUMN b",
        "ALTER TABLE dc RENAME COLUMN a TO z",
        "ALTER TABLE dc RENAME TO dd");
    part(
        "statistics",
        "CREATE TABLE an(a, b)",
        "CREATE INDEX ani ON an(a, b)",
        fill(200, "an", "i % 10, i"),
        "ANALYZE",
        "UPDATE sqlite_stat1 SET stat = 'nonsense' WHERE tbl = 'an'");
    part(
        "numbers of the application", "PRAGMA user_version=-7", "PRAGMA application_id=1196444487");
    part(
        "rows that grew",
        "CREATE TABLE gr(a INTEGER PRIMARY KEY, b)",
        fill(150, "gr", "i, 'x'"),
        "UPDATE gr SET b = hex(zeroblob(a * 4))",
        "UPDATE gr SET b = 'y' WHERE a % 2");
  }

  private static void brokenConstraints() {
    part(
        "foreign keys that lead nowhere",
        "CREATE TABLE fk(a REFERENCES missing(b) DEFERRABLE INITIALLY DEFERRED, self REFERENCES fk(a))",
        fill(20, "fk", "i, -i"));
    part(
        "broken checks",
        "CREATE TABLE ck(a CHECK (a > 0), b, CHECK (b < a))",
        "PRAGMA ignore_check_constraints=ON",
        fill(20, "ck", "-i, i"),
        "PRAGMA ignore_check_constraints=OFF");
    part(
        "nulls where none may be",
        List.of("CREATE TABLE nn(a, b)", fill(20, "nn", "NULL, i")),
        schema("nn", "CREATE TABLE nn(a NOT NULL, b)"));
    part(
        "types that a strict table doesn't take",
        List.of(
            "CREATE TABLE sv(a BLOB, b BLOB)", fill(20, "sv", "''text'', 1.5".replace("''", "'"))),
        schema("sv", "CREATE TABLE sv(a INT, b TEXT) STRICT"));
    part(
        "numbers as texts",
        List.of("CREATE TABLE nt(a BLOB, b BLOB)", fill(20, "nt", "'' || i, i")),
        schema("nt", "CREATE TABLE nt(a INT, b TEXT)"));
  }

  private static void texts() {
    part(
        "text index, version 3",
        "CREATE VIRTUAL TABLE t3 USING fts3(a, b, tokenize=porter)",
        fill(60, "t3", "'word' || i || ' running', 'b'"),
        "DELETE FROM t3 WHERE docid = 3");
    part(
        "text index, version 4",
        "CREATE VIRTUAL TABLE t4 USING fts4(a, b, prefix=\"2,4\", order=desc, notindexed=b, languageid=lid)",
        fill(60, "t4(a, b)", "'words of ' || i, 'b'"),
        "INSERT INTO t4(t4) VALUES ('optimize')");
    part(
        "text index, version 4, without content of its own",
        "CREATE TABLE t4src(id INTEGER PRIMARY KEY, a)",
        fill(40, "t4src", "i, 'text ' || i"),
        "CREATE VIRTUAL TABLE t4x USING fts4(content=\"t4src\", a)",
        "INSERT INTO t4x(docid, a) SELECT id, a FROM t4src",
        "CREATE VIRTUAL TABLE t4c USING fts4(content=\"\", a, matchinfo=fts3)",
        "INSERT INTO t4c(docid, a) VALUES (1, 'gone')");
    part(
        "text index, version 5",
        "CREATE VIRTUAL TABLE t5 USING fts5(a, b UNINDEXED, tokenize='porter unicode61', prefix='2 3')",
        fill(80, "t5", "'words of ' || i, i"),
        "INSERT INTO t5(t5) VALUES ('optimize')",
        "DELETE FROM t5 WHERE rowid % 4 = 0");
    part(
        "text index, version 5, without content of its own",
        "CREATE TABLE t5src(id INTEGER PRIMARY KEY, a)",
        fill(40, "t5src", "i, 'text ' || i"),
        "CREATE VIRTUAL TABLE t5x USING fts5(a, content='t5src', content_rowid='id', detail=none)",
        "INSERT INTO t5x(t5x) VALUES ('rebuild')",
        "CREATE VIRTUAL TABLE t5c USING fts5(a, content='', contentless_delete=1)",
        fill(30, "t5c(rowid, a)", "i, 'contentless ' || i"),
        "DELETE FROM t5c WHERE rowid = 2");
    part(
        "text index of trigrams",
        "CREATE VIRTUAL TABLE tt USING fts5(a, tokenize='trigram', columnsize=0, detail=column)",
        fill(40, "tt", "'some text ' || i"));
  }

  private static void others() {
    part(
        "R-Tree",
        "CREATE VIRTUAL TABLE rt USING rtree(id, x0, x1, y0, y1)",
        fill(200, "rt", "i, i, i + 1, -i, 0"),
        "DELETE FROM rt WHERE id % 5 = 0");
    part(
        "R-Tree of integers",
        "CREATE VIRTUAL TABLE ri USING rtree_i32(id, x0, x1, +label, +more)",
        fill(120, "ri", "i, i, i + 1, 'l' || i, NULL"));
    part(
        "module that nobody knows",
        "PRAGMA writable_schema=ON",
        "INSERT INTO sqlite_master VALUES ('table', 'vm', 'vm', 0, 'CREATE VIRTUAL TABLE vm USING nobody_knows(x)')",
        "PRAGMA writable_schema=OFF");
    part(
        "views",
        "CREATE VIEW v1 AS SELECT * FROM missing",
        "CREATE VIEW v2 AS WITH c(a) AS (SELECT 1) SELECT a, row_number() OVER (ORDER BY a) FROM c",
        "CREATE VIEW v3(x, y) AS VALUES (1, 2) UNION SELECT nobody(1), 2");
    part(
        "triggers",
        "CREATE TABLE tg(a, b)",
        "CREATE TABLE tglog(what)",
        "CREATE TRIGGER tg1 AFTER INSERT ON tg WHEN new.a > 1 BEGIN INSERT INTO tglog VALUES (new.a); END",
        "CREATE TRIGGER tg2 BEFORE UPDATE OF b ON tg BEGIN SELECT raise(IGNORE); END",
        "CREATE VIEW tgv AS SELECT a FROM tg",
        "CREATE TRIGGER tg3 INSTEAD OF INSERT ON tgv BEGIN INSERT INTO tg VALUES (new.a, 'v')"
            + " ON CONFLICT DO NOTHING; END",
        fill(30, "tg", "i, i"),
        "INSERT INTO tgv VALUES (99)");
  }
}
