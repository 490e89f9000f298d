package dev.sqlguard.salvage.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The peculiarities of the file format and of SQL that a salvage may trip over, one by one. */
public final class OddDatabases {
  /** Fields of the only record of the page that {@code orphan-page-2500-fields} has. */
  public static final int ORPHAN_FIELDS = 2500;

  private OddDatabases() {}

  public static OddDatabase named(String name) {
    return all().stream()
        .filter(d -> d.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException(name));
  }

  public static List<OddDatabase> all() {
    return List.of(
        sql(
            "virtual-before-ordinary",
            "a VIRTUAL column has no field in the record: later columns move up",
            "CREATE TABLE t(a TEXT, v TEXT AS (a || '!') VIRTUAL, b INTEGER,"
                + " s INTEGER AS (b * 2) STORED, c REAL)",
            numbers(200) + "INSERT INTO t(a, b, c) SELECT 'a' || i, i, i / 4.0 FROM n"),
        sql(
            "virtual-first-with-rowid-alias",
            "the rowid's column is a NULL in the record, behind a column without a field",
            "CREATE TABLE t(v AS (id + 1), id INTEGER PRIMARY KEY, w AS (x || id) VIRTUAL, x TEXT,"
                + " s AS (length(x)) STORED)",
            numbers(200) + "INSERT INTO t(id, x) SELECT i * 3, 'x' || i FROM n"),
        sql(
            "virtual-without-rowid",
            "key columns first, and one column without a field",
            "CREATE TABLE t(a TEXT, v AS (k || a) VIRTUAL, k INTEGER, s AS (k + 1) STORED, b BLOB,"
                + " PRIMARY KEY(k, b)) WITHOUT ROWID",
            numbers(200)
                + "INSERT INTO t(a, k, b) SELECT 'a' || i, i % 7, CAST('b' || i AS BLOB) FROM n"),
        sql(
            "integer-primary-key-desc",
            "looks like an alias of the rowid and is none",
            "CREATE TABLE t(id INTEGER PRIMARY KEY DESC, x TEXT)",
            numbers(200) + "INSERT INTO t(rowid, id, x) SELECT i, 10000 - i * 7, 'x' || i FROM n"),
        sql(
            "nul-in-text",
            "a text goes on behind U+0000",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
            "INSERT INTO t VALUES (1, CAST(x'610062' AS TEXT)), (2, CAST(x'00' AS TEXT)),"
                + " (3, CAST(x'0000ff00' AS TEXT)), (4, ''), (5, 'a'), (6, x'')"),
        sql(
            "invalid-utf8",
            "decoding a text and encoding it again changes it",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
            "CREATE INDEX tx ON t(x)",
            "INSERT INTO t VALUES (1, CAST(x'ff' AS TEXT)), (2, CAST(x'c080' AS TEXT)),"
                + " (3, CAST(x'eda080' AS TEXT)), (4, CAST(x'e282' AS TEXT)),"
                + " (5, CAST(x'f8888080806162' AS TEXT)), (6, CAST(x'80' AS TEXT)),"
                + " (7, CAST(x'efbbbf61' AS TEXT)), (8, 'é')"),
        inEncoding("utf-16le", "UTF-16le", "00d8"),
        inEncoding("utf-16be", "UTF-16be", "d800"),
        reserved("reserved-8", 4096, 8),
        reserved("reserved-255", 4096, 255),
        reserved("reserved-32-page-512", 512, 32),
        autoVacuum("auto-vacuum-full", "FULL"),
        autoVacuum("auto-vacuum-incremental", "INCREMENTAL"),
        withSchemaChangedLater(
            "not-null-violators",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER NOT NULL DEFAULT 7)",
            "INSERT INTO t VALUES (1, 'a', 1), (2, NULL, 2), (3, 'c', NULL), (4, NULL, NULL)"),
        sql(
            "check-violators",
            "a broken CHECK is data, not damage",
            "PRAGMA ignore_check_constraints = ON",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER CHECK(a > 0),"
                + " b TEXT CHECK(b IN ('x', 'y')))",
            numbers(100) + "INSERT INTO t SELECT i, i - 50, char(100 + i % 30) FROM n"),
        withSchemaChangedLater(
            "strict-violators",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL, d BLOB)",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL, d BLOB) STRICT",
            "INSERT INTO t VALUES (1, 1, 'b', 1.5, x'01'), (2, 'no number', x'02', 'text', 4),"
                + " (3, x'03', 'b', 2, 'text'), (4, 1.5, 'b', x'04', 2.5)"),
        sql(
            "deleted-rows",
            "rows that the application deleted must not rise again",
            "PRAGMA secure_delete = OFF",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
            "CREATE TABLE gone(id INTEGER PRIMARY KEY, x TEXT)",
            numbers(500) + "INSERT INTO t SELECT i, 'row ' || i || printf('%.*c', 90, '.') FROM n",
            numbers(500) + "INSERT INTO gone SELECT i, 'DELETED ' || i FROM n",
            "UPDATE t SET x = 'DELETED ' || x WHERE id % 5 = 0 OR id BETWEEN 200 AND 320",
            "DELETE FROM t WHERE x LIKE 'DELETED %'",
            "DROP TABLE gone"),
        pageSize(512),
        pageSize(1024),
        pageSize(65536),
        sql(
            "integers-in-real-columns",
            "a whole number in a REAL column is stored as an integer and read as a real",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL, n NUMERIC, x)",
            "CREATE TABLE w(r REAL PRIMARY KEY, x) WITHOUT ROWID",
            "INSERT INTO t VALUES (1, 1, 1, 1), (2, 0, 0.0, 0.0), (3, -7.0, -7.0, -7.0),"
                + " (4, 4503599627370497, 1e15, 1e15), (5, 9007199254740993, 1e300, 1e300),"
                + " (6, '12', '12', '12'), (7, '12.0', '12.0', '12.0'), (8, 1.5, 1.5, 1.5)",
            "INSERT INTO w SELECT r, x FROM t WHERE id < 7"),
        sql(
            "extreme-numbers",
            "every size of integer, −0.0, infinities, the smallest and the largest real",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x, r REAL)",
            "INSERT INTO t VALUES (-9223372036854775808, 0, -0.0), (-1, 1, 0.0), (0, -1, 5e-324),"
                + " (1, 127, 1.7976931348623157e308), (2, 128, 9e999), (3, -128, -9e999),"
                + " (4, 32767, 0.1), (5, 32768, -0.1), (6, 8388607, 1), (7, 8388608, 2),"
                + " (8, 2147483647, 3), (9, 2147483648, 4), (10, 140737488355327, 5),"
                + " (11, 140737488355328, 6), (12, 9223372036854775807, 7),"
                + " (13, -9223372036854775808, 8), (9223372036854775807, -0.0, 9)",
            // The literal loses its sign; in a REAL column the value does so, too, being whole.
            "UPDATE t SET r = CAST('-0.0' AS REAL), x = CAST('-0.0' AS REAL) WHERE id IN (0, 1)"),
        sql(
            "short-records",
            "columns added later are missing in old records and have their defaults",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)",
            "CREATE TABLE bare(a TEXT)",
            numbers(60) + "INSERT INTO t SELECT i, 'a' || i FROM n",
            numbers(60) + "INSERT INTO bare SELECT 'a' || i FROM n",
            "ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'it''s'",
            "ALTER TABLE t ADD COLUMN c INTEGER NOT NULL DEFAULT -5",
            "UPDATE t SET c = 1 WHERE id % 10 = 0",
            "ALTER TABLE t ADD COLUMN d REAL DEFAULT 2",
            "ALTER TABLE t ADD COLUMN e BLOB DEFAULT x'00ff'",
            "ALTER TABLE t ADD COLUMN f",
            "ALTER TABLE t ADD COLUMN g AS (a || c)",
            "ALTER TABLE t ADD COLUMN h DEFAULT 3",
            "ALTER TABLE bare ADD COLUMN b DEFAULT NULL",
            "ALTER TABLE bare ADD COLUMN c TEXT DEFAULT 7",
            "INSERT INTO t(a) VALUES ('long')",
            "INSERT INTO bare(a) VALUES ('long')"),
        sql(
            "without-rowid-key-orders",
            "the record starts with the key, in the key's order, and leaves out repeated columns",
            "CREATE TABLE last(a TEXT, b INTEGER, c REAL, PRIMARY KEY(c, a)) WITHOUT ROWID",
            "CREATE TABLE down(a TEXT, b INTEGER, c TEXT, PRIMARY KEY(b DESC, a)) WITHOUT ROWID",
            "CREATE TABLE nocase(x, k TEXT COLLATE NOCASE, PRIMARY KEY(k)) WITHOUT ROWID",
            "CREATE TABLE twice(x, a TEXT, b INTEGER, PRIMARY KEY(b, a, b)) WITHOUT ROWID",
            "CREATE TABLE collated(x, a TEXT, PRIMARY KEY(a COLLATE NOCASE, a)) WITHOUT ROWID",
            "CREATE TABLE integral(x, id INTEGER PRIMARY KEY) WITHOUT ROWID",
            "CREATE TABLE long(x, k TEXT PRIMARY KEY) WITHOUT ROWID",
            "CREATE INDEX lastb ON last(b)",
            numbers(300) + "INSERT INTO last SELECT 'a' || i, i * 2, i / 8.0 FROM n",
            numbers(300) + "INSERT INTO down SELECT 'a' || i, i % 9, 'c' || i FROM n",
            numbers(300) + "INSERT INTO nocase SELECT i, iif(i % 2, 'Key', 'kEY') || i FROM n",
            numbers(300) + "INSERT INTO twice SELECT i, 'a' || (i % 3), i FROM n",
            numbers(300) + "INSERT INTO collated SELECT i, iif(i % 2, 'K', 'k') || (i / 2) FROM n",
            numbers(300) + "INSERT INTO integral SELECT 'x' || i, i * 5 FROM n",
            numbers(40)
                + "INSERT INTO long SELECT i, i || printf('%.*c', 3000 + i * 100, 'k') FROM n"),
        sql(
            "fts3",
            "a text index in shadow tables",
            "CREATE VIRTUAL TABLE f USING fts3(title, body)",
            numbers(120) + "INSERT INTO f SELECT 'title ' || i, 'common words ' || (i % 10) FROM n",
            "DELETE FROM f WHERE rowid % 9 = 0"),
        sql(
            "fts4",
            "options change which shadow tables there are",
            "CREATE VIRTUAL TABLE f USING fts4(title, body, prefix=\"2,3\", notindexed=title)",
            "CREATE TABLE docs(id INTEGER PRIMARY KEY, body TEXT)",
            "CREATE VIRTUAL TABLE g USING fts4(content=\"docs\", body)",
            numbers(120) + "INSERT INTO f SELECT 'title ' || i, 'common words ' || (i % 10) FROM n",
            numbers(120) + "INSERT INTO docs SELECT i, 'external ' || (i % 10) FROM n",
            "INSERT INTO g(g) VALUES ('rebuild')"),
        sql(
            "fts5",
            "own, external and no content",
            "CREATE VIRTUAL TABLE f USING fts5(title, body UNINDEXED, prefix='2')",
            "CREATE TABLE docs(id INTEGER PRIMARY KEY, body TEXT)",
            "CREATE VIRTUAL TABLE g USING fts5(body, content='docs', content_rowid='id')",
            "CREATE VIRTUAL TABLE h USING fts5(body, content='', columnsize=0)",
            numbers(120) + "INSERT INTO f SELECT 'title ' || i, 'common words ' || (i % 10) FROM n",
            numbers(120) + "INSERT INTO docs SELECT i, 'external ' || (i % 10) FROM n",
            numbers(120) + "INSERT INTO h(rowid, body) SELECT i, 'nowhere ' || i FROM n",
            "INSERT INTO g(g) VALUES ('rebuild')",
            "DELETE FROM f WHERE rowid % 9 = 0"),
        sql(
            "rtree",
            "nodes in shadow tables, with columns of one's own",
            "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, y0, y1, +name TEXT)",
            "CREATE VIRTUAL TABLE i USING rtree_i32(id, x0, x1)",
            numbers(300) + "INSERT INTO r SELECT i, i, i + 1.5, -i, i / 2.0, 'box ' || i FROM n",
            numbers(300) + "INSERT INTO i SELECT i, i, i + 10 FROM n"),
        new OddDatabase(
            "orphan-page-2500-fields",
            "a page that no tree reaches, with more fields than a table may have columns",
            OddDatabases::withOrphanPage),
        sql(
            "autoincrement",
            "sqlite_sequence remembers more than the largest rowid",
            "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT)",
            "CREATE TABLE empty(id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT)",
            numbers(100) + "INSERT INTO t(x) SELECT 'x' || i FROM n",
            "INSERT INTO empty(x) VALUES ('x')",
            "DELETE FROM t WHERE id > 90",
            "DELETE FROM empty"),
        sql(
            "everything-but-tables",
            "views, triggers, partial and expression indexes, statistics, settings",
            "PRAGMA user_version = 77",
            "PRAGMA application_id = 1234567",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b INTEGER UNIQUE)",
            "CREATE TABLE log(x)",
            "CREATE INDEX part ON t(a) WHERE b > 50",
            "CREATE INDEX expr ON t(lower(a), b % 10)",
            "CREATE INDEX coll ON t(a COLLATE RTRIM DESC)",
            "CREATE VIEW v(x, y) AS SELECT a, b FROM t",
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END",
            "CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
            numbers(100) + "INSERT INTO t SELECT i, 'A' || i, i FROM n",
            "ANALYZE"),
        sql(
            "odd-names",
            "names with quotes, blanks, other scripts; columns that hide the rowid",
            "CREATE TABLE \"a \"\"b\"\" [c] 'd'\"(\"select\" TEXT, \"x y\" INTEGER, [z)] TEXT)",
            "CREATE TABLE таблица(имя TEXT PRIMARY KEY, \"\" INTEGER)",
            "CREATE TABLE hides(rowid TEXT, _rowid_ TEXT, x)",
            "CREATE TABLE \"table\"(\"index\" INTEGER PRIMARY KEY, \"order\" TEXT)",
            "CREATE INDEX \"in dex\" ON \"a \"\"b\"\" [c] 'd'\"(\"x y\")",
            numbers(20) + "INSERT INTO \"a \"\"b\"\" [c] 'd'\" SELECT i, i, i FROM n",
            numbers(20) + "INSERT INTO таблица SELECT 'ключ ' || i, i FROM n",
            numbers(20) + "INSERT INTO hides(oid, rowid, _rowid_, x) SELECT i*3, i, -i, 0 FROM n",
            numbers(20) + "INSERT INTO \"table\" SELECT i, 'o' || i FROM n"),
        sql(
            "many-columns",
            "as many columns as a query can return beside the rowid, and a table without rows",
            "CREATE TABLE wide("
                + IntStream.range(0, 1999).mapToObj(i -> "c" + i).collect(Collectors.joining(","))
                + ")",
            "CREATE TABLE empty(id INTEGER PRIMARY KEY, x)",
            "INSERT INTO wide(c0, c999, c1998) VALUES (1, 'middle', x'ff')",
            "INSERT INTO wide(c1) VALUES (2)"),
        sql(
            "overflow-chains",
            "payloads at the very edge of overflowing, and long ones",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB, x TEXT)",
            "CREATE INDEX tb ON t(x)",
            numbers(120)
                + "INSERT INTO t SELECT i, CAST(printf('%.*c', 3990 + i, 'b') AS BLOB),"
                + " printf('%.*c', 900 + i, 'x') || i FROM n",
            "INSERT INTO t VALUES (1000, zeroblob(300000), 'zeros'), (1001, x'', '')"));
  }

  private static OddDatabase sql(String name, String trap, String... statements) {
    return new OddDatabase(name, trap, file -> execute(file, statements));
  }

  /** A table n with the column i, 1 to {@code last}; the statement goes on with what is done. */
  private static String numbers(int last) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        + last
        + ") ";
  }

  private static String[] ordinaryTables() {
    return new String[] {
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB)",
      "CREATE INDEX ta ON t(a)",
      "CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID",
      numbers(300) + "INSERT INTO t SELECT i, 'text ' || (i * 7919 % 1000), zeroblob(i) FROM n",
      "UPDATE t SET b = zeroblob(20000) WHERE id % 50 = 0",
      numbers(300) + "INSERT INTO w SELECT 'key ' || (i * 7919 % 1000), i FROM n"
    };
  }

  private static OddDatabase inEncoding(String name, String encoding, String loneSurrogate) {
    return sql(
        name,
        "texts in two bytes a character, some of them in four, some invalid",
        "PRAGMA encoding = '" + encoding + "'",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, ñame TEXT DEFAULT 'ö', b BLOB)",
        "CREATE INDEX tn ON t(ñame)",
        "CREATE TABLE w(k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID",
        numbers(200) + "INSERT INTO t SELECT i, 'Ünïcode ' || char(945 + i), x'00ff' FROM n",
        numbers(200) + "INSERT INTO w SELECT 'κλειδί ' || i, char(128512 + i) FROM n",
        "INSERT INTO t VALUES (1000, CAST(x'"
            + loneSurrogate
            + "' AS TEXT), NULL),"
            + " (1001, CAST(x'00000000' AS TEXT), NULL), (1002, '', NULL), (1003, '𝄞', NULL)");
  }

  /** The size is fixed with the first page, so it is written into an otherwise empty database. */
  private static OddDatabase reserved(String name, int pageSize, int reserved) {
    return new OddDatabase(
        name,
        "bytes at the end of every page that belong to nobody",
        file -> {
          execute(file, "PRAGMA page_size = " + pageSize, "PRAGMA user_version = 1");
          byte[] image = Files.readAllBytes(file);
          int usable = pageSize - reserved;
          image[20] = (byte) reserved;
          // Where the cell content area of the empty schema starts.
          image[105] = (byte) (usable >> 8);
          image[106] = (byte) usable;
          Files.write(file, image);
          execute(file, ordinaryTables());
        });
  }

  private static OddDatabase autoVacuum(String name, String mode) {
    return sql(
        name,
        "pointer map pages that no tree reaches",
        "PRAGMA page_size = 512",
        "PRAGMA auto_vacuum = " + mode,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        "CREATE INDEX tx ON t(x)",
        "CREATE TABLE b(id INTEGER PRIMARY KEY, x BLOB)",
        numbers(1500) + "INSERT INTO t SELECT i, i || printf('%.*c', 80, 'x') FROM n",
        numbers(20) + "INSERT INTO b SELECT i, zeroblob(3000 + i) FROM n",
        "DELETE FROM t WHERE id BETWEEN 300 AND 700");
  }

  private static OddDatabase pageSize(int pageSize) {
    String[] statements = ordinaryTables();
    String[] all = new String[statements.length + 1];
    all[0] = "PRAGMA page_size = " + pageSize;
    System.arraycopy(statements, 0, all, 1, statements.length);
    return sql("page-size-" + pageSize, "another page size than most", all);
  }

  private static OddDatabase withSchemaChangedLater(
      String name, String before, String after, String rows) {
    return new OddDatabase(
        name,
        "a broken constraint is data, not damage",
        file -> {
          execute(
              file,
              before,
              rows,
              "PRAGMA writable_schema = ON",
              "UPDATE sqlite_schema SET sql = " + TableShape.literal(after) + " WHERE name = 't'");
        });
  }

  private static void withOrphanPage(Path file) throws SQLException, IOException {
    execute(file, "PRAGMA page_size = 4096");
    execute(file, ordinaryTables());
    byte[] page = new byte[4096];
    int headerSize = 2 + ORPHAN_FIELDS;
    int cell = page.length - headerSize - 3;
    page[0] = PageMap.LEAF_TABLE;
    page[4] = 1;
    page[5] = page[8] = (byte) (cell >> 8);
    page[6] = page[9] = (byte) cell;
    // Size of the payload, rowid 1, size of the header; then constants, which have no bodies.
    page[cell] = page[cell + 3] = (byte) (0x80 | headerSize >> 7);
    page[cell + 1] = page[cell + 4] = (byte) (headerSize & 0x7f);
    page[cell + 2] = 1;
    Arrays.fill(page, cell + 5, page.length, (byte) 9);
    Files.write(file, page, StandardOpenOption.APPEND);
    byte[] image = Files.readAllBytes(file);
    int pages = image.length / page.length;
    image[30] = (byte) (pages >> 8);
    image[31] = (byte) pages;
    Files.write(file, image);
  }

  private static void execute(Path file, String... statements) throws SQLException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }
}
