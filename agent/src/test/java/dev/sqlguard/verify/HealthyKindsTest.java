package dev.sqlguard.verify;

import static dev.sqlguard.verify.Scratch.execute;
import static dev.sqlguard.verify.Scratch.verdict;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The worst mistake would be to take one of these for damaged. */
class HealthyKindsTest {
  private static final String NUMBERS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) INSERT INTO ";

  @TempDir Path directory;

  private static Arguments kind(String name, long rows, String... statements) {
    return Arguments.of(name, rows, List.of(statements));
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        kind(
            "names like findings",
            3,
            "CREATE TABLE \"*** in database main ***\n\"(\"a\nb\" UNIQUE)",
            "INSERT INTO \"*** in database main ***\n\" VALUES (1)",
            "CREATE TABLE \"Page 3 is never used\"(a NOT NULL DEFAULT 1, b CHECK (b > 0))",
            "INSERT INTO \"Page 3 is never used\" VALUES (1, 1)",
            "CREATE TABLE \"\"(\"\" PRIMARY KEY)",
            "INSERT INTO \"\" VALUES (1)",
            "PRAGMA ignore_check_constraints=ON",
            "UPDATE \"Page 3 is never used\" SET b = -1"),
        kind(
            "zero bytes and lone surrogates",
            3,
            "CREATE TABLE t(x TEXT UNIQUE, y)",
            "INSERT INTO t VALUES ('a' || char(0) || 'b', x'00')",
            "INSERT INTO t VALUES (CAST(x'00' AS TEXT), zeroblob(100000))",
            "INSERT INTO t VALUES (char(0xd800), 9e999)"),
        kind(
            "UTF-16",
            900,
            "PRAGMA encoding='UTF-16be'",
            "CREATE TABLE t(x UNIQUE)",
            NUMBERS + "t SELECT 'ä' || i FROM n"),
        kind(
            "no rowids",
            900,
            "CREATE TABLE t(a TEXT COLLATE NOCASE, b, c, PRIMARY KEY (b DESC, a)) WITHOUT ROWID",
            "CREATE INDEX i ON t(c, a COLLATE RTRIM)",
            NUMBERS + "t SELECT 'k' || i, i % 7, hex(randomblob(400)) FROM n"),
        kind(
            "generated columns and indexes of all kinds",
            900,
            "CREATE TABLE t(a, b AS (a * 2) VIRTUAL, c AS (a || 'x') STORED)",
            "CREATE INDEX i ON t(b DESC)",
            "CREATE UNIQUE INDEX j ON t(c COLLATE NOCASE)",
            "CREATE INDEX k ON t(b) WHERE c > '3'",
            "CREATE INDEX e ON t(a + b, lower(c))",
            NUMBERS + "t(a) SELECT i FROM n"),
        kind(
            "columns added and dropped",
            900,
            "CREATE TABLE t(a, b)",
            NUMBERS + "t SELECT i, i FROM n",
            "ALTER TABLE t ADD COLUMN c NOT NULL DEFAULT 7",
            "ALTER TABLE t DROP COLUMN b",
            "CREATE INDEX i ON t(c, a)"),
        kind(
            "vacuum as it goes, in small pages",
            600,
            "PRAGMA page_size=512",
            "PRAGMA auto_vacuum=FULL",
            "CREATE TABLE t(a, b)",
            "CREATE INDEX i ON t(b)",
            NUMBERS + "t SELECT i, hex(randomblob(i % 700)) FROM n",
            "DELETE FROM t WHERE a % 3 = 0"),
        kind(
            "vacuum on demand, in large pages",
            600,
            "PRAGMA page_size=65536",
            "PRAGMA auto_vacuum=INCREMENTAL",
            "CREATE TABLE t(a, b UNIQUE)",
            NUMBERS + "t SELECT i, hex(randomblob(50 + i)) FROM n",
            "DELETE FROM t WHERE a % 3 = 0"),
        kind(
            "R-Trees with columns of their own",
            900,
            "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +aux)",
            NUMBERS + "r SELECT i, i, i + 1, 'aux' || i FROM n"),
        kind(
            "text indexes over what is gone",
            2,
            "CREATE TABLE src(a)",
            "CREATE VIRTUAL TABLE f5 USING fts5(a, content='src')",
            "CREATE VIRTUAL TABLE f4 USING fts4(a, content='src')",
            "INSERT INTO f5(rowid, a) VALUES (1, 'x')",
            "INSERT INTO f4(docid, a) VALUES (1, 'x')",
            "DROP TABLE src"),
        kind(
            "views and triggers over what is missing, statistics of nonsense",
            900,
            "CREATE VIEW v AS SELECT nobody_knows(1) FROM gone",
            "CREATE TABLE t(a)",
            "CREATE INDEX i ON t(a)",
            NUMBERS + "t SELECT i % 10 FROM n",
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO gone VALUES (1); END",
            "ANALYZE",
            "UPDATE sqlite_stat1 SET stat = '0 0 0'",
            "INSERT INTO sqlite_stat1 VALUES ('gone', 'x', 'garbage')",
            "INSERT INTO sqlite_stat4 VALUES ('t', 'i', '1 1', '0 0', '0 0', x'00')"),
        kind(
            "the first and the last rowid",
            3,
            "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)",
            "INSERT INTO t VALUES (9223372036854775807), (-9223372036854775808), (0)",
            "DELETE FROM sqlite_sequence"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void oddButSound(String name, long rows, List<String> statements) throws Exception {
    Path image = directory.resolve("image.db");
    execute(image, statements.toArray(new String[0]));
    Verdict verdict = verdict(image);
    Verdict.Healthy healthy =
        assertInstanceOf(Verdict.Healthy.class, verdict, () -> name + ": " + verdict);
    assertEquals(rows, healthy.contents().rows(), healthy::toString);
  }
}
