package dev.sqlguard.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.it.HealthyParts;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {
  private static final int FORMAT_AT = 47;

  @TempDir private Path folder;

  private static Schema schema(SchemaEntry... entries) {
    return Schema.of(List.of(entries), 4, TextEncoding.UTF_8);
  }

  private static SchemaEntry table(String sql) {
    return new SchemaEntry(1, "table", "t", "t", 2, sql);
  }

  private static SchemaEntry index(String sql) {
    return new SchemaEntry(2, "index", "i", "t", 3, sql);
  }

  private static String undecided(String sql) {
    return schema(table(sql)).tables().get(0).undecided();
  }

  private static IndexSchema indexOn(String table, String sql) {
    return schema(table(table), index(sql)).tables().get(0).indexes().get(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t(a",
        "CREATE TABLE t(a))",
        "CREATE TABLE t(a);",
        "CREATE TABLE t(a); SELECT 1",
        "CREATE TABLE t(a) STRICT",
        "CREATE TABLE t(a TEXT) STRICTLY",
        "CREATE TABLE t(a,)",
        "CREATE TABLE t()",
        "CREATE TABLE t(a, A)",
        "CREATE TABLE t(a PRIMARY KEY, b PRIMARY KEY)",
        "CREATE TABLE t(a PRIMARY KEY, PRIMARY KEY(a))",
        "CREATE TABLE t(a, PRIMARY KEY(b))",
        "CREATE TABLE t(a, PRIMARY KEY(a + 1))",
        "CREATE TABLE t(a, UNIQUE(rowid))",
        "CREATE TABLE t(a, UNIQUE(a NULLS FIRST))",
        "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT) WITHOUT ROWID",
        "CREATE TABLE t(a PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE t(a) WITHOUT ROWID",
        "CREATE TABLE t(a AS (1))",
        "CREATE TABLE t(a, b AS (1) PRIMARY KEY)",
        "CREATE TABLE t(a, b DEFAULT 1 AS (1))",
        "CREATE TABLE t(a, b AS (1) SOMEHOW)",
        "CREATE TABLE t(a UNIQUE ON CONFLICT ABORT UNIQUE ON CONFLICT FAIL)",
        "CREATE TABLE t(a CHECK (a > 0)",
        "CREATE TABLE t(a CHECK ())",
        "CREATE TABLE t(a, FOREIGN KEY (b) REFERENCES p(q))",
        "CREATE TABLE t(a UNKNOWN KEY PRIMARY)",
        "CREATE TABLE t(a FOREIGN KEY (a) REFERENCES p(q))",
        "CREATE TABLE t(a 'two' 'types')",
        "CREATE TABLE t(a \"\")",
        "CREATE TABLE t(a INT DEFAULT a.b)",
        "CREATE TABLE t('a)",
        "CREATE TABLE t(a /*",
        "CREATE TABLE t(2a)",
        "CREATE TABLE t(:a)",
        "CREATE TABLE main.t(a)",
        "CREATE TEMP TABLE t(a)",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW t AS SELECT 1",
        " CREATE TABLE t(a)",
        "/**/CREATE TABLE t(a)",
        "CREATE TABLE t(a\u0000)",
        "CREATE TABLE t(a, \"\ufffd\")",
        "CREATE TABLE t(a COLLATE x PRIMARY KEY) WITHOUT ROWID",
        "nonsense",
        ""
      })
  void whatIsNotUnderstoodForCertainIsUndecided(String sql) {
    Schema schema = schema(table(sql));
    assertEquals(0, schema.unplaced().size());
    assertTrue(schema.tables().get(0).undecided() != null, sql);
  }

  @Test
  void whatIsUndecidedSaysWhy() {
    String two = "CREATE TABLE t(a, b TEXT, v AS (a), c COLLATE mine)";
    Map<String, String> reasons = new TreeMap<>();
    for (String on :
        List.of(
            "t(a + 1)",
            "t(lower(b))",
            "t((a))",
            "t(\"z\")",
            "t(rowid)",
            "t(a COLLATE NOCASE COLLATE RTRIM)",
            "t(v)",
            "t(c)",
            "t(a COLLATE Other)",
            "t(a) WHERE length(b) > 1",
            "t(a) WHERE a > b",
            "t(a) WHERE v = 1",
            "t(a) WHERE c = 'x'",
            "t(a) WHERE \"z\" = 1",
            "t(a) WHERE a LIKE 'x%'",
            "t(a) WHERE b = 1.5",
            "t(a) WHERE a = 1 AND",
            "t(a) WHERE a = 'x' COLLATE NOCASE",
            "t(a) WHERE a = 1 = 1",
            "t(a) WHERE t.a = 1",
            "t(a) WHERE (a) = 1",
            "t(a) WHERE a = 0x10",
            "t(a) WHERE a = 0.12345678901234567",
            "t(a);",
            "t(a) garbage",
            "t(a")) {
      IndexSchema index = indexOn(two, "CREATE INDEX i ON " + on);
      assertEquals(List.of(), index.order(), on);
      assertEquals(3, index.root());
      reasons.put(on, index.undecided());
    }
    Map<String, String> expected = new TreeMap<>();
    for (String on : reasons.keySet()) {
      expected.put(on, on.contains("WHERE") ? "partial condition" : "expression");
    }
    expected.put("t(v)", "generated VIRTUAL column");
    expected.put("t(c)", "collation mine");
    expected.put("t(a COLLATE Other)", "collation other");
    expected.put("t(a);", "statement not understood");
    expected.put("t(a) garbage", "statement not understood");
    assertEquals(expected, reasons);
    assertEquals("collation x", undecided("CREATE TABLE t(a COLLATE x PRIMARY KEY) WITHOUT ROWID"));
    assertEquals("index of a constraint is missing", undecided("CREATE TABLE t(a UNIQUE)"));
  }

  @Test
  void indexesWithoutStatementThatNoConstraintAsksForLeaveTheTableUndecided() {
    SchemaEntry stranger = new SchemaEntry(2, "index", "sqlite_autoindex_t_1", "t", 3, null);
    TableSchema table = schema(table("CREATE TABLE t(a)"), stranger).tables().get(0);
    assertEquals("unknown constraint", table.undecided());
    assertEquals(3, table.indexes().get(0).root());
    assertNull(schema(table("CREATE TABLE t(a UNIQUE)"), stranger).tables().get(0).undecided());
  }

  @Test
  void entriesThatContradictThemselvesHaveNoPlace() {
    String sql = "CREATE TABLE t(a)";
    SchemaEntry table = table(sql);
    List<SchemaEntry> odd =
        List.of(
            new SchemaEntry(2, "table", "t", "t", 4, sql),
            new SchemaEntry(3, "table", "u", "u", 4, sql),
            new SchemaEntry(4, "table", "u", "t", 4, "CREATE TABLE u(a)"),
            new SchemaEntry(5, "table", "w", "w", 0, "CREATE TABLE w(a)"),
            new SchemaEntry(6, "table", "y", "y", 4, null),
            new SchemaEntry(7, "index", "i", "u", 4, "CREATE INDEX i ON u(a)"),
            new SchemaEntry(8, "index", "j", "t", 4, "CREATE INDEX j ON u(a)"),
            new SchemaEntry(9, "index", "k", "t", 4, "CREATE INDEX i ON t(a)"),
            new SchemaEntry(10, "index", "l", "t", 0, "CREATE INDEX l ON t(a)"),
            new SchemaEntry(11, "view", "v", "v", 9, "CREATE VIEW v AS SELECT 1"),
            new SchemaEntry(12, "trigger", "g", "t", 9, "CREATE TRIGGER g"),
            new SchemaEntry(13, "thing", "h", "h", 9, "CREATE TABLE h(a)"),
            new SchemaEntry(14, null, null, null, 0, null));
    List<SchemaEntry> all = new ArrayList<>(List.of(index("CREATE INDEX i ON t(a)"), table));
    all.addAll(odd);
    Schema schema = Schema.of(all, 4, TextEncoding.UTF_8);
    List<SchemaEntry> expected = new ArrayList<>(odd);
    expected.add(0, all.get(0));
    assertEquals(expected, schema.unplaced());
    assertEquals(1, schema.tables().size());
    assertEquals(List.of(), schema.tables().get(0).indexes());
  }

  @Test
  void virtualTablesAreKnownByTheirModules() {
    String sql = "CREATE VIRTUAL TABLE \"a b\" USING [FTS5](x, content='', 2y)";
    Schema schema = schema(new SchemaEntry(1, "table", "a b", "a b", 0, sql));
    assertEquals(List.of(new VirtualTableSchema("a b", "fts5", sql)), schema.virtualTables());
    assertEquals(List.of(), schema.unplaced());
  }

  @Test
  void reservedWordsAreNamesNowhere() throws SQLException {
    String keywords =
        "ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE"
            + " BEGIN BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT"
            + " CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT"
            + " DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT"
            + " EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL"
            + " GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE IN INDEX INDEXED INITIALLY"
            + " INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE LIMIT MATCH"
            + " MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OTHERS"
            + " OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE"
            + " REFERENCES REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK"
            + " ROW ROWS SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER"
            + " UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW"
            + " WITH WITHIN WITHOUT";
    try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:");
        Statement statement = db.createStatement()) {
      for (String keyword : keywords.split(" ")) {
        for (String columns :
            List.of(
                "# INT, b",
                "b, c # #",
                "b COLLATE #",
                "b DEFAULT #",
                "b, CONSTRAINT # UNIQUE(b)")) {
          String sql = "CREATE TABLE t(" + columns.replace("#", keyword) + ")";
          boolean taken = true;
          try {
            statement.execute("DROP TABLE IF EXISTS t");
            statement.execute(sql);
          } catch (SQLException e) {
            taken = e.getMessage().contains("no such collation");
          }
          String reason = undecided(sql);
          boolean decided = reason == null || reason.startsWith("index");
          assertEquals(taken, decided, sql);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void oldFilesKnowNoDescendingOrder(int format) throws Exception {
    Path file = folder.resolve("old.db");
    String url = "jdbc:sqlite:" + file;
    try (Connection db = DriverManager.getConnection(url);
        Statement statement = db.createStatement()) {
      statement.execute("CREATE TABLE t(a, b, PRIMARY KEY(a DESC))");
      statement.execute("CREATE TABLE w(a, b UNIQUE, PRIMARY KEY(a DESC)) WITHOUT ROWID");
      statement.execute("CREATE INDEX i ON t(b DESC, a)");
      statement.execute("CREATE INDEX j ON w(b DESC)");
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(FORMAT_AT);
      bytes.write(format);
    }
    try (Connection db = DriverManager.getConnection(url)) {
      SqlitesView view = new SqlitesView(db);
      Schema schema = Schema.of(view.entries(), format, TextEncoding.UTF_8);
      assertEquals(view.described(), SqlitesView.described(schema));
      assertEquals(format == 4, view.described().toString().contains("BINARY-"));
    }
  }

  @Test
  void schemasOfEveryKindAreUnderstood() throws SQLException {
    Map<String, String> undecided = new TreeMap<>();
    for (HealthyParts.Part part : HealthyParts.all()) {
      try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:")) {
        try (Statement statement = db.createStatement()) {
          for (String sql : part.statements()) {
            statement.execute(sql);
          }
          statement.execute("PRAGMA schema_version = 9999");
        }
        SqlitesView view = new SqlitesView(db);
        Schema schema = Schema.of(view.entries(), 4, TextEncoding.UTF_8);
        assertEquals(List.of(), schema.unplaced(), part.name());
        Map<String, String> theirs = view.described();
        Map<String, String> ours = SqlitesView.described(schema);
        for (Map.Entry<String, String> each : ours.entrySet()) {
          if (each.getValue().startsWith("undecided")) {
            undecided.put(each.getKey(), each.getValue());
            theirs.put(each.getKey(), each.getValue());
          }
        }
        assertEquals(theirs, ours, part.name());
      }
    }
    assertEquals(
        Map.of(
            "index exi", "undecided: expression",
            "index exs", "undecided: expression",
            "index mai", "undecided: expression",
            "index jsi", "undecided: expression",
            "index geni", "undecided: generated VIRTUAL column"),
        undecided);
  }

  @Test
  void hostileTextEndsInNoError() {
    int many = 200_000;
    String deep = "(".repeat(many);
    for (String sql :
        List.of(
            "CREATE TABLE t(a CHECK " + deep + ")".repeat(many) + ")",
            "CREATE TABLE t(a CHECK " + deep,
            "CREATE TABLE t(a" + ", a".repeat(many) + ")",
            "CREATE TABLE t(a" + " a".repeat(many) + ")",
            "CREATE TABLE t(a" + " UNIQUE COLLATE x".repeat(many) + ")",
            "CREATE TABLE t(a, b" + ", UNIQUE(a, b)".repeat(many) + ")",
            "CREATE TABLE t(a, UNIQUE(a" + ", a".repeat(many) + "))",
            "CREATE TABLE t(a DEFAULT " + "9".repeat(many) + ")",
            "CREATE TABLE t(a DEFAULT 1." + "9".repeat(many) + "e" + "9".repeat(many) + ")",
            "CREATE TABLE t(a, \"" + "\"\"".repeat(many) + "\")",
            "CREATE TABLE t(a) " + "/* ".repeat(many),
            "'".repeat(many))) {
      assertTrue(schema(table(sql)).tables().size() == 1);
    }
    for (String condition :
        List.of(
            deep + "a = 1" + ")".repeat(many),
            "NOT ".repeat(many) + "a",
            "a = 1" + " OR a = 1".repeat(many),
            "a IN (1" + ", 1".repeat(many) + ")")) {
      IndexSchema index = indexOn("CREATE TABLE t(a)", "CREATE INDEX i ON t(a) WHERE " + condition);
      assertEquals("partial condition", index.undecided());
    }
  }

  /** Each index has the whole key of its table behind its own, however short its statement is. */
  @Test
  void longKeysOfManyIndexesAreGivenUp() {
    StringBuilder columns = new StringBuilder("c0");
    for (int i = 1; i < 2000; i++) {
      columns.append(", c").append(i);
    }
    String sql = "CREATE TABLE t(" + columns + ", PRIMARY KEY(" + columns + ")) WITHOUT ROWID";
    List<SchemaEntry> entries = new ArrayList<>(List.of(table(sql)));
    for (int i = 0; i < 30_000; i++) {
      String index = "CREATE INDEX i" + i + " ON t(c1)";
      entries.add(new SchemaEntry(2 + i, "index", "i" + i, "t", 3 + i, index));
    }
    Schema schema = Schema.of(entries, 4, TextEncoding.UTF_8);
    List<IndexSchema> indexes = schema.tables().get(0).indexes();
    assertNull(indexes.get(0).undecided());
    assertEquals("schema too large", indexes.get(29_999).undecided());
  }
}
