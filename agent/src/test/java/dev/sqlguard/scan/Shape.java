package dev.sqlguard.scan;

import dev.sqlguard.it.HealthyParts;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** What may be in a database. Each names its tables in its own way, so that any go together. */
enum Shape {
  DEEP_TABLE {
    @Override
    void make(Work work) throws SQLException {
      RandomValues values = new RandomValues(work.random());
      work.run("CREATE TABLE high(id INTEGER PRIMARY KEY, a, b)");
      int length = work.between(5, 90);
      work.fill(
          "high",
          List.of("a", "b"),
          "id",
          work.between(300, 900),
          () -> new Object[] {values.any(), values.text(length)});
    }
  },
  TINY_TABLES {
    @Override
    void make(Work work) throws SQLException {
      for (int i = work.between(2, 8); i > 0; i--) {
        RandomTable table = new RandomTable(work, "tiny" + i).collated();
        table.columns(work.between(1, 4), RandomTable.TYPES).create();
        table.index(work.between(0, 2)).rows(work.between(0, 3));
      }
      work.run(
          "CREATE VIEW tinyv AS SELECT * FROM tiny1",
          "CREATE TRIGGER tinyt AFTER DELETE ON tiny1 BEGIN SELECT 1; END");
    }
  },
  PLAIN_INDEXES {
    @Override
    void make(Work work) throws SQLException {
      RandomTable table = new RandomTable(work, "plain");
      table.columns(work.between(2, 6), RandomTable.TYPES).create();
      table.index(work.between(1, 4)).rows(work.between(60, 400));
    }
  },
  COLLATIONS {
    @Override
    void make(Work work) throws SQLException {
      List<String> types = List.of("TEXT", "TEXT", "VARCHAR(20)", "", "NUMERIC");
      RandomTable table = new RandomTable(work, "coll").collated();
      table.columns(work.between(2, 5), types).create();
      table.index(work.between(1, 4)).unique(work.between(0, 2)).rows(work.between(60, 300));
      // Bytes that are no text in any encoding, or half a character.
      RandomValues values = new RandomValues(work.random());
      for (int i = work.between(0, 60); i > 0; i--) {
        String bytes = HexFormat.of().formatHex(values.brokenText());
        work.run(
            "UPDATE OR IGNORE coll SET %s = CAST(x'%s' AS TEXT) WHERE rowid = %d"
                .formatted(table.column(), bytes, work.between(1, 60)));
      }
    }
  },
  UNIQUE_WITH_NULLS {
    @Override
    void make(Work work) throws SQLException {
      RandomValues values = new RandomValues(work.random());
      work.run(
          "CREATE TABLE uniq(a UNIQUE, b TEXT COLLATE NOCASE, c, UNIQUE (b, c))",
          "CREATE UNIQUE INDEX uniq_i ON uniq(c DESC, a)");
      work.fill(
          "uniq",
          List.of("a", "b", "c"),
          "rowid",
          work.between(50, 300),
          () ->
              new Object[] {
                work.chance(2) ? null : values.any(),
                work.chance(2) ? null : values.text(),
                work.chance(3) ? null : values.number()
              });
    }
  },
  PARTIAL_INDEXES("part") {
    @Override
    void make(Work work) throws SQLException {
      RandomTable table = new RandomTable(work, "part").collated();
      table.columns(work.between(2, 4), RandomTable.TYPES).create();
      table.partial(work.between(1, 4)).index(work.between(0, 1)).rows(work.between(60, 300));
    }
  },
  EXPRESSION_INDEXES("expr") {
    @Override
    void make(Work work) throws SQLException {
      RandomTable table = new RandomTable(work, "expr");
      table.columns(3, RandomTable.TYPES).create();
      table.index("INDEX", "c0 || c1", "").index("INDEX", "abs(length(c2)), c0", "");
      table.index(work.between(0, 2)).rows(work.between(60, 250));
    }
  },
  NUMBERS {
    @Override
    void make(Work work) throws SQLException {
      List<String> types = List.of("REAL", "DOUBLE", "NUMERIC", "INTEGER", "FLOATING POINT", "");
      RandomValues values = new RandomValues(work.random());
      RandomTable table = new RandomTable(work, "num");
      table.columns(work.between(2, 5), types).create().index(work.between(2, 4));
      table.unique(work.between(0, 1)).rows(work.between(60, 300));
      work.run(
          "CREATE TABLE real1(x REAL UNIQUE, y REAL, z)", "CREATE INDEX real_y ON real1(y, z)");
      work.fill(
          "real1",
          List.of("x", "y", "z"),
          "rowid",
          work.between(20, 100),
          () -> new Object[] {values.number(), values.number(), values.number()});
    }
  },
  GENERATED_COLUMNS("gene") {
    @Override
    void make(Work work) throws SQLException {
      RandomTable table = new RandomTable(work, "gene").columns(3, RandomTable.TYPES);
      table.and("s1 REAL AS (c0 + 1) STORED").and("v1 AS (c1 || 'x') VIRTUAL");
      table.and("s2 TEXT COLLATE NOCASE AS (c1) STORED").create();
      table.index("INDEX", "s1, c0", "").index("INDEX", "s2 DESC", "");
      if (work.chance(2)) {
        table.index("INDEX", "v1", "");
      }
      table.rows(work.between(50, 250));
    }
  },
  STORED_COLUMNS {
    @Override
    void make(Work work) throws SQLException {
      RandomTable table = new RandomTable(work, "stor").columns(2, RandomTable.TYPES);
      table.and("v1 AS (c1 || 'x') VIRTUAL").and("s1 REAL AS (c0 + 1) STORED").create();
      table.index("INDEX", "s1, c0", "").index(1).rows(work.between(50, 250));
    }
  },
  WITHOUT_ROWID {
    @Override
    void make(Work work) throws SQLException {
      RandomValues values = new RandomValues(work.random());
      String key =
          work.one(
              List.of(
                  "b, a",
                  "a DESC",
                  "a COLLATE NOCASE, c DESC",
                  "c COLLATE RTRIM, b COLLATE BINARY",
                  "b, b COLLATE NOCASE, c",
                  "d, a, b"));
      work.run(
          "CREATE TABLE nor(a TEXT COLLATE NOCASE, b, c TEXT COLLATE RTRIM, d REAL, e, PRIMARY KEY ("
              + key
              + ")) WITHOUT ROWID",
          "CREATE INDEX nor_1 ON nor(e)",
          "CREATE INDEX nor_2 ON nor(c COLLATE BINARY DESC, b)",
          "CREATE UNIQUE INDEX nor_3 ON nor(a COLLATE BINARY, e, d)");
      int length = work.between(0, 60);
      work.fill(
          "nor",
          List.of("a", "b", "c", "d", "e"),
          "a, b, c, d",
          work.between(60, 400),
          () ->
              new Object[] {
                values.text(), values.integer(), values.text(), values.number(), values.text(length)
              });
    }
  },
  LONG_VALUES {
    @Override
    void make(Work work) throws SQLException {
      RandomValues values = new RandomValues(work.random());
      work.run(
          "CREATE TABLE long(a TEXT, b BLOB, c)",
          "CREATE INDEX long_a ON long(a)",
          "CREATE INDEX long_c ON long(c, a COLLATE NOCASE)",
          "CREATE TABLE longk(k PRIMARY KEY, v) WITHOUT ROWID");
      int most = work.between(400, 5000);
      work.fill(
          "long",
          List.of("a", "b", "c"),
          "rowid",
          work.between(8, 25),
          () ->
              new Object[] {
                values.text(work.between(0, most)),
                values.blob(work.between(0, work.chance(9) ? 5 * most : most)),
                values.any()
              });
      work.fill(
          "longk",
          List.of("k", "v"),
          "k",
          work.between(3, 15),
          () -> new Object[] {values.text(work.between(1, most)), values.blob(40)});
    }
  },
  ODD_ROWIDS {
    @Override
    void make(Work work) throws SQLException {
      RandomValues values = new RandomValues(work.random());
      work.run(
          "CREATE TABLE ids(id INTEGER PRIMARY KEY, x TEXT)", "CREATE INDEX ids_x ON ids(x, id)");
      work.fill(
          "ids",
          List.of("id", "x"),
          "id",
          work.between(50, 300),
          () -> new Object[] {values.integer(), values.text()});
    }
  },
  ADDED_COLUMNS {
    @Override
    void make(Work work) throws SQLException {
      RandomTable table = new RandomTable(work, "adde").columns(2, RandomTable.TYPES).create();
      table.rows(work.between(30, 150));
      String[] columns = {
        "n1",
        "n2 INTEGER DEFAULT 7",
        "n3 TEXT COLLATE NOCASE DEFAULT 'Later'",
        "n4 REAL DEFAULT 5",
        "n5 REAL DEFAULT -1.5e3",
        "n6 BLOB DEFAULT x'00ff'",
        "n7 INT DEFAULT '12'",
        "n8 TEXT DEFAULT 12",
        "n9 NUMERIC DEFAULT TRUE"
      };
      for (String column : columns) {
        if (work.chance(2)) {
          work.run("ALTER TABLE adde ADD COLUMN " + column);
          work.run(
              "CREATE INDEX adde_"
                  + column.substring(0, 2)
                  + " ON adde("
                  + column.substring(0, 2)
                  + ", c0)");
          table.rows(work.between(1, 25));
        }
      }
    }
  },
  FREE_PAGES {
    @Override
    void make(Work work) throws SQLException {
      work.run("CREATE TABLE gone(a, b)", "CREATE INDEX gone_b ON gone(b)");
      int length = work.between(100, 400);
      String text = "printf('%.*c', " + length + ", 'x')";
      work.run(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
              + work.between(50, 200)
              + ") INSERT INTO gone SELECT i, i || "
              + text
              + " FROM n",
          "CREATE TABLE rest(a, b)",
          "CREATE INDEX rest_b ON rest(b)",
          "INSERT INTO rest SELECT * FROM gone",
          "PRAGMA secure_delete=" + work.one(List.of("OFF", "ON", "FAST")),
          "DROP TABLE gone",
          "DELETE FROM rest WHERE a % 7 > " + work.between(0, 4));
    }
  },
  MANY_TABLES {
    @Override
    void make(Work work) throws SQLException {
      for (int i = work.between(15, 40); i > 0; i--) {
        RandomTable table = new RandomTable(work, "many_" + i);
        table.columns(work.between(1, 3), RandomTable.TYPES).create().index(work.between(0, 1));
        table.rows(work.between(0, 8));
      }
      // Of small pages the schema's tree then has more than two levels.
      for (int i = work.chance(3) ? 150 : 0; i > 0; i--) {
        work.run("CREATE VIEW many_v" + i + " AS SELECT 'some text', " + i);
      }
    }
  },
  FULL_TEXT {
    @Override
    void make(Work work) throws SQLException {
      List<String> modules =
          List.of(
              "fts5(a, b)",
              "fts5(a, b UNINDEXED, prefix='2 3')",
              "fts5(a, b, detail=none, columnsize=0)",
              "fts4(a, b)",
              "fts4(a, b, prefix=\"2,4\", order=desc)",
              "fts3(a, b)");
      RandomValues values = new RandomValues(work.random());
      work.run("CREATE VIRTUAL TABLE txt USING " + work.one(modules));
      work.fill(
          "txt",
          List.of("a", "b"),
          "rowid",
          work.between(20, 80),
          () -> new Object[] {"word" + work.between(1, 30) + " of " + values.text(), "running"});
    }
  },
  R_TREE {
    @Override
    void make(Work work) throws SQLException {
      work.run("CREATE VIRTUAL TABLE rtr USING rtree(id, x0, x1, y0, y1)");
      work.fill(
          "rtr",
          List.of("id", "x0", "x1", "y0", "y1"),
          "id",
          work.between(20, 150),
          () -> {
            int x = work.between(-100, 100);
            int y = work.between(-100, 100);
            return new Object[] {work.between(1, 5000), x, x + work.between(0, 9), y, y + 1};
          });
    }
  },
  STRICT {
    @Override
    void make(Work work) throws SQLException {
      RandomValues values = new RandomValues(work.random());
      work.run(
          "CREATE TABLE str(a INTEGER, b TEXT UNIQUE, c REAL, d BLOB, e ANY) STRICT",
          "CREATE INDEX str_c ON str(c, e)",
          "CREATE INDEX str_d ON str(d DESC, a)",
          "CREATE TABLE strk(k ANY PRIMARY KEY, v INT) STRICT, WITHOUT ROWID");
      work.fill(
          "str",
          List.of("a", "b", "c", "d", "e"),
          "rowid",
          work.between(40, 200),
          () ->
              new Object[] {
                values.integer(),
                values.text(),
                values.number(),
                values.blob(work.between(0, 30)),
                values.any()
              });
      work.fill(
          "strk",
          List.of("k", "v"),
          "k",
          work.between(10, 100),
          () -> new Object[] {values.any(), values.integer()});
    }
  },
  STATISTICS {
    @Override
    void make(Work work) throws SQLException {
      RandomValues values = new RandomValues(work.random());
      work.run(
          "CREATE TABLE stat(id INTEGER PRIMARY KEY AUTOINCREMENT, x, y)",
          "CREATE INDEX stat_x ON stat(x, y)");
      work.fill(
          "stat",
          List.of("x", "y"),
          "id",
          work.between(50, 250),
          () -> new Object[] {work.between(0, 9), values.any()});
      work.run("ANALYZE");
    }
  },
  /** Everything else: parts that were chosen for their oddity. */
  ODD_PARTS("ex", "gen", "js", "ma", "pa") {
    @Override
    void make(Work work) throws SQLException {
      List<HealthyParts.Part> parts = new ArrayList<>(PARTS);
      for (int i = 0; i < 3; i++) {
        HealthyParts.Part part = work.one(parts);
        parts.remove(part);
        for (String statement : part.statements()) {
          work.run(statement);
        }
      }
    }
  };

  /** Those that fit into a small database. */
  private static final List<HealthyParts.Part> PARTS =
      HealthyParts.all().stream().filter(part -> !part.name().equals("large values")).toList();

  private final Set<String> undecidable;

  Shape(String... undecidable) {
    this.undecidable = Set.of(undecidable);
  }

  /** Tables of which a scan may leave it to SQLite whether their indexes agree with them. */
  Set<String> undecidable() {
    return undecidable;
  }

  abstract void make(Work work) throws SQLException;
}
