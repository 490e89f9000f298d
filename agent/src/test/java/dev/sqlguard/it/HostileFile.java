package dev.sqlguard.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Database files that somebody made to cost whoever reads them time, memory or disk. */
enum HostileFile {
  TWO_BILLION_PAGES_CLAIMED {
    @Override
    void spoil(Path db) throws Exception {
      Images.putInt(db, 28, Integer.MAX_VALUE);
    }
  },
  LARGEST_HEADER_FIELDS {
    @Override
    void spoil(Path db) throws Exception {
      for (int at = 24; at < 96; at += 4) {
        if (at != 56) {
          Images.putInt(db, at, -1);
        }
      }
    }
  },
  SPARSE_TAIL {
    @Override
    void spoil(Path db) throws Exception {
      try (RandomAccessFile file = new RandomAccessFile(db.toFile(), "rw")) {
        file.setLength(48 << 20);
      }
    }
  },
  LARGER_THAN_THE_DISK {
    @Override
    void spoil(Path db) throws Exception {
      try (RandomAccessFile file = new RandomAccessFile(db.toFile(), "rw")) {
        file.setLength(4L << 40);
      }
    }
  },
  EVERY_CHILD_THE_SAME {
    @Override
    void spoil(Path db) throws Exception {
      levels(db, 16, 30);
    }
  },
  TWO_CHILDREN_THE_SAME {
    @Override
    void spoil(Path db) throws Exception {
      levels(db, 18, 2);
    }
  },
  CIRCLE_OF_PAGES {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int root = pages.root("t");
      pages.put(root, interior(pages.size, root, root, 40));
      pages.write();
    }
  },
  INDEX_WHOSE_CHILDREN_ARE_THE_SAME {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int page = pages.root("ix");
      for (int level = 0; level < 16; level++) {
        int next = pages.count() + 1;
        pages.put(page, interiorIndex(pages.size, next));
        page = next;
      }
      pages.put(page, new byte[pages.size]);
      pages.pages[page - 1][0] = 10;
      pages.write();
    }
  },
  DEEP_TREE {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int page = pages.root("t");
      for (int level = 0; level < 20_000; level++) {
        int next = pages.count() + 1;
        pages.put(page, interior(pages.size, next, next, 0));
        page = next;
      }
      pages.write();
    }
  },
  LONG_VALUES_IN_A_CIRCLE {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int chain = pages.count() + 1;
      pages.put(chain, overflow(pages.size, chain + 1));
      pages.put(chain + 1, overflow(pages.size, chain));
      leavesOfLongValues(pages, 200, chain, 1 << 30);
      pages.write();
    }
  },
  ONE_LONG_VALUE_FOR_EVERY_ROW {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int chain = pages.count() + 1;
      int length = 1000;
      for (int i = 0; i < length; i++) {
        pages.put(chain + i, overflow(pages.size, i == length - 1 ? 0 : chain + i + 1));
      }
      int local = local(pages.size, length * (pages.size - 4) + 60);
      leavesOfLongValues(pages, 200, chain, length * (pages.size - 4) + local);
      pages.write();
    }
  },
  ONE_SCHEMA_TEXT_FOR_EVERY_OBJECT {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int chain = pages.count() + 1;
      int length = 4000;
      for (int i = 0; i < length; i++) {
        pages.put(chain + i, overflow(pages.size, i == length - 1 ? 0 : chain + i + 1));
      }
      int total = length * (pages.size - 4) + local(pages.size, length * (pages.size - 4) + 60);
      int leaves = pages.count() + 1;
      int count = 60;
      for (int i = 0; i < count; i++) {
        pages.put(leaves + i, leaf(pages.size, i, total, chain, true));
      }
      byte[] first = pages.pages[0];
      Arrays.fill(first, 100, pages.size, (byte) 0);
      byte[] root = interiorOf(pages.size - 100, leaves, count);
      System.arraycopy(root, 0, first, 100, root.length);
      int moved = ByteBuffer.wrap(first, 105, 2).getShort() + 100;
      ByteBuffer.wrap(first).putShort(105, (short) moved);
      for (int i = 0; i < count - 1; i++) {
        int at = 112 + 2 * i;
        ByteBuffer.wrap(first).putShort(at, (short) (ByteBuffer.wrap(first).getShort(at) + 100));
      }
      pages.write();
    }
  },
  FREELIST_IN_A_CIRCLE {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int trunk = pages.count() + 1;
      byte[] page = new byte[pages.size];
      ByteBuffer.wrap(page).putInt(0, trunk).putInt(4, pages.size / 4 - 2).putInt(8, trunk);
      pages.put(trunk, page);
      pages.write();
      Images.putInt(db, 32, trunk);
      Images.putInt(db, 36, Integer.MAX_VALUE);
    }
  },
  HUGE_RECORD_HEADERS {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int chain = pages.count() + 1;
      pages.put(chain, overflow(pages.size, chain));
      int leaves = pages.count() + 1;
      for (int i = 0; i < 300; i++) {
        byte[] page = leaf(pages.size, i, 900_000, chain, false);
        int payload = page.length - local(pages.size, 900_000) - 4;
        // A header of 800000 bytes, one type each.
        page[payload] = (byte) 0xb0;
        page[payload + 1] = (byte) 0xea;
        page[payload + 2] = 0x00;
        pages.put(leaves + i, page);
      }
      pages.put(pages.root("t"), interiorOf(pages.size, leaves, 100));
      pages.write();
    }
  },
  MANY_COLUMNS {
    @Override
    void create(Path db) throws SQLException {
      StringBuilder columns = new StringBuilder("c0");
      for (int i = 1; i < 1900; i++) {
        columns.append(", c").append(i).append(" CHECK(c").append(i).append(" IS NULL)");
      }
      Databases.execute(
          db, "CREATE TABLE t(" + columns + ")", "INSERT INTO t(c0) VALUES (1), (2), (3)");
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.putInt(db, 28, 9);
    }
  },
  MANY_TABLES {
    @Override
    void create(Path db) throws SQLException {
      schemaOf(db, 2_000, "'CREATE TABLE t' || i || '(x)'");
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.putInt(db, 28, Integer.MAX_VALUE);
    }
  },
  MANY_TABLES_THAT_NOBODY_CAN_READ {
    @Override
    void create(Path db) throws SQLException {
      schemaOf(db, 1_500, "'CREATE TABLE t' || i || '(x, x)'");
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.putInt(db, 28, Integer.MAX_VALUE);
    }
  },
  EVERY_COLUMN_UNIQUE {
    @Override
    void create(Path db) throws SQLException {
      StringBuilder columns = new StringBuilder("c0 UNIQUE");
      for (int i = 1; i < 800; i++) {
        columns.append(",c").append(i).append(" UNIQUE");
      }
      schemaOf(db, 5, "'CREATE TABLE t' || i || '(" + columns + ")'");
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.putInt(db, 28, Integer.MAX_VALUE);
    }
  },
  EVERY_POINTER_TO_ONE_CELL {
    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      byte[] page = new byte[pages.size];
      int cells = (pages.size - 512) / 2;
      int at = pages.size - 400;
      ByteBuffer view = ByteBuffer.wrap(page);
      view.put((byte) 13).putShort((short) 0).putShort((short) cells).putShort((short) at);
      for (int i = 0; i < cells; i++) {
        view.putShort(8 + 2 * i, (short) at);
      }
      view.position(at).put(new byte[] {(byte) 0x83, 0x0d, 1, 4, 0, (byte) 0x86, 0x1f});
      int first = pages.count() + 1;
      for (int i = 0; i < 100; i++) {
        pages.put(first + i, page);
      }
      pages.put(pages.root("t"), interiorOf(pages.size, first, 100));
      pages.write();
    }
  },
  ENDLESS_TRIGGER_ON_A_TEXT_INDEX {
    @Override
    void create(Path db) throws SQLException {
      Databases.execute(
          db,
          "CREATE VIRTUAL TABLE f USING fts5(x)",
          "INSERT INTO f VALUES ('some words'), ('and others')",
          "CREATE TRIGGER endless BEFORE INSERT ON f_data BEGIN SELECT count(*) FROM (WITH"
              + " RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n);"
              + " END",
          "CREATE TRIGGER endless_too BEFORE DELETE ON f_data BEGIN SELECT count(*) FROM (WITH"
              + " RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n);"
              + " END");
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.zeroPage(db, new Pages(db).root("f_data"));
    }
  },
  CHAIN_OF_WIDE_PAGES {
    @Override
    void create(Path db) throws SQLException {
      Databases.execute(
          db, "PRAGMA page_size=65536", "VACUUM", "CREATE TABLE t(x)", "INSERT INTO t VALUES (1)");
    }

    @Override
    void spoil(Path db) throws Exception {
      Pages pages = new Pages(db);
      int page = pages.root("t");
      // As boxed numbers of children the pages of such a chain were 160 times as many bytes.
      for (int level = 0; level < 500; level++) {
        int next = pages.count() + 1;
        byte[] bytes = new byte[pages.size];
        int cells = 8000;
        int at = pages.size - 8;
        ByteBuffer view = ByteBuffer.wrap(bytes);
        view.put((byte) 5).putShort((short) 0).putShort((short) cells).putShort((short) at);
        view.put((byte) 0).putInt(next);
        for (int i = 0; i < cells; i++) {
          view.putShort((short) at);
        }
        view.putInt(at, next).put(at + 4, (byte) 1);
        pages.put(page, bytes);
        page = next;
      }
      byte[] leaf = new byte[pages.size];
      leaf[0] = 13;
      pages.put(page, leaf);
      pages.write();
    }
  },
  INDEX_OF_LONG_EXPRESSIONS {
    @Override
    void create(Path db) throws SQLException {
      Databases.execute(
          db,
          "CREATE TABLE t(a)",
          "CREATE TABLE u(a, b AS (hex(zeroblob(40000 + a))))",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
              + " INSERT INTO t SELECT i FROM n",
          "INSERT INTO u(a) SELECT a FROM t",
          "CREATE INDEX e ON t(a)",
          "CREATE INDEX g ON u(a)",
          "PRAGMA writable_schema=ON",
          "UPDATE sqlite_schema SET sql = 'CREATE INDEX e ON t(a DESC, zeroblob(80000 + a))'"
              + " WHERE name = 'e'",
          "UPDATE sqlite_schema SET sql = 'CREATE INDEX g ON u(b)' WHERE name = 'g'");
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.zeroPage(db, new Pages(db).root("e"));
      Images.zeroPage(db, new Pages(db).root("g"));
    }
  },
  TEXT_INDEX_OF_AN_ENDLESS_VIEW {
    @Override
    void create(Path db) throws SQLException {
      Databases.execute(
          db,
          "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
              + " SELECT i AS rowid, 'word' || i || 'abcdefghijklmnop' AS a FROM n",
          "CREATE VIRTUAL TABLE f USING fts5(a, content='v')");
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.zeroPage(db, new Pages(db).root("f_data"));
    }
  },
  SLOW_INDEX {
    @Override
    void create(Path db) throws SQLException {
      String slow = "length(replace(hex(zeroblob(200000 + a)), '0', 'ab'))";
      String index = "CREATE INDEX e ON t(a" + (", " + slow).repeat(20) + ")";
      Databases.execute(
          db,
          "CREATE TABLE t(a)",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)"
              + " INSERT INTO t SELECT i FROM n",
          "CREATE INDEX e ON t(a)",
          "PRAGMA writable_schema=ON",
          "UPDATE sqlite_schema SET sql = '" + index.replace("'", "''") + "' WHERE name = 'e'");
    }

    @Override
    void spoil(Path db) {}
  },
  CHECKED_INDEX_OF_AN_ENDLESS_VIEW {
    @Override
    void create(Path db) throws SQLException {
      fts4OfAnEndlessView(db);
    }

    @Override
    void spoil(Path db) {}
  },
  DAMAGE_BESIDE_AN_ENDLESS_VIEW {
    @Override
    void create(Path db) throws SQLException {
      fts4OfAnEndlessView(db);
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.putInt(db, 32, 77);
    }
  },
  R_TREE_OF_ONE_CHILD {
    @Override
    void create(Path db) throws SQLException {
      int depth = 9;
      List<String> statements = new ArrayList<>();
      statements.add("CREATE TABLE t(a)");
      statements.add("INSERT INTO t VALUES (1), (2), (3)");
      statements.add("CREATE VIRTUAL TABLE r USING rtree(id, a, b)");
      statements.add("INSERT INTO r VALUES (1, 1, 2)");
      for (int level = 0; level <= depth; level++) {
        boolean leaf = level == depth;
        int node = level + 1;
        ByteBuffer content = ByteBuffer.allocate(4 + 51 * 16);
        content.putShort((short) (level == 0 ? depth : 0)).putShort((short) (leaf ? 1 : 51));
        for (int i = 0; i < 51; i++) {
          content.putLong(leaf ? 1 : node + 1).putFloat(1).putFloat(2);
        }
        String hex = HexFormat.of().formatHex(content.array());
        statements.add("INSERT OR REPLACE INTO r_node VALUES (" + node + ", x'" + hex + "')");
        if (level > 0) {
          statements.add("INSERT INTO r_parent VALUES (" + node + ", " + level + ")");
        }
      }
      statements.add("UPDATE r_rowid SET nodeno = " + (depth + 1));
      Databases.execute(db, statements.toArray(new String[0]));
    }

    @Override
    void spoil(Path db) {}
  },
  SLOW_CHECKS {
    @Override
    void create(Path db) throws SQLException {
      String slow = "length(replace(hex(zeroblob(40000000)), '0', 'ab'))";
      StringBuilder sum = new StringBuilder(slow);
      for (int i = 0; i < 60; i++) {
        sum.append(" + ").append(slow);
      }
      Databases.execute(
          db,
          "CREATE TABLE t(x TEXT)",
          "INSERT INTO t VALUES ('a'), ('b'), ('c')",
          "PRAGMA writable_schema=ON",
          "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(x TEXT CHECK(" //
              + sum.toString().replace("'", "''")
              + " > 0 AND x <> hex(x)))'");
    }

    @Override
    void spoil(Path db) throws Exception {
      Images.putInt(db, 32, 77);
    }
  },
  JOURNAL_WITH_LARGEST_NUMBERS {
    @Override
    void spoil(Path db) throws Exception {
      int[] fields = {0xd9d505f9, 0x20a163d7, -2, 7, -1, 512, 1024};
      Files.write(Databases.beside(db, "-journal"), journal(fields, 1 << 16));
    }
  },
  JOURNAL_WITHOUT_SECTORS {
    @Override
    void spoil(Path db) throws Exception {
      int[] fields = {0xd9d505f9, 0x20a163d7, -1, 7, -1, 0, 1024};
      Files.write(Databases.beside(db, "-journal"), journal(fields, 1 << 16));
      Images.putInt(db, 28, Integer.MAX_VALUE);
    }
  },
  JOURNAL_WITH_HUGE_SECTORS {
    @Override
    void spoil(Path db) throws Exception {
      int[] fields = {0xd9d505f9, 0x20a163d7, 1, 7, -1, 1 << 31, 1 << 31};
      Files.write(Databases.beside(db, "-journal"), journal(fields, 1 << 16));
    }
  },
  LOG_OF_LARGEST_PAGE_NUMBERS {
    @Override
    void spoil(Path db) throws Exception {
      Databases.execute(db, "PRAGMA journal_mode=WAL");
      Files.write(Databases.beside(db, "-wal"), log(1024, new int[] {1, -1, -1, 2, -2, -2}));
    }
  };

  static final int PAGE_SIZE = 1024;

  /** Makes the file, with what lies beside it. */
  final void make(Path db) throws Exception {
    Databases.execute(
        db, "PRAGMA page_size=" + PAGE_SIZE, "CREATE TABLE none(x)", "DROP TABLE none");
    create(db);
    spoil(db);
  }

  /** What it was before. */
  void create(Path db) throws SQLException {
    Databases.create(db, 300);
  }

  abstract void spoil(Path db) throws Exception;

  private static void fts4OfAnEndlessView(Path db) throws SQLException {
    Databases.execute(
        db,
        "CREATE TABLE t(a)",
        "INSERT INTO t VALUES (1), (2), (3)",
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            + " SELECT i AS docid, i AS rowid, 'word' AS a FROM n",
        "CREATE VIRTUAL TABLE f USING fts4(a, content='v')");
  }

  /** Objects that all claim to begin on pages of their own. */
  private static void schemaOf(Path db, int objects, String sql) throws SQLException {
    Databases.execute(
        db,
        "CREATE TABLE t0(x)",
        "PRAGMA writable_schema=ON",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + objects
            + ") INSERT INTO sqlite_schema SELECT 'table', 't' || i, 't' || i, i + 2, "
            + sql
            + " FROM n");
  }

  /** Each interior page has the same child again and again. */
  private static void levels(Path db, int levels, int children) throws Exception {
    Pages pages = new Pages(db);
    int page = pages.root("t");
    for (int level = 0; level < levels; level++) {
      int next = pages.count() + 1;
      pages.put(page, interior(pages.size, next, next, children));
      page = next;
    }
    byte[] leaf = new byte[pages.size];
    int cells = 50;
    ByteBuffer.wrap(leaf)
        .put((byte) 13)
        .putShort((short) 0)
        .putShort((short) cells)
        .putShort((short) (pages.size - 6 * cells));
    for (int i = 0; i < cells; i++) {
      int at = pages.size - 6 * (cells - i);
      ByteBuffer.wrap(leaf)
          .putShort(8 + 2 * i, (short) at)
          .position(at)
          .put(new byte[] {4, (byte) (i + 1), 3, 0, 15, 'x'});
    }
    pages.put(page, leaf);
    pages.write();
  }

  /** An interior page of a table. */
  private static byte[] interior(int size, int child, int last, int cells) {
    ByteBuffer page = ByteBuffer.allocate(size);
    int content = size - 6 * cells;
    page.put((byte) 5).putShort((short) 0).putShort((short) cells).putShort((short) content);
    page.put((byte) 0).putInt(last);
    for (int i = 0; i < cells; i++) {
      int at = content + 6 * i;
      page.putShort(12 + 2 * i, (short) at).putInt(at, child);
      page.put(at + 4, (byte) (0x81)).put(at + 5, (byte) i);
    }
    return page.array();
  }

  /** One whose children follow one another. */
  private static byte[] interiorOf(int size, int first, int children) {
    byte[] page = interior(size, 0, first + children - 1, children - 1);
    ByteBuffer view = ByteBuffer.wrap(page);
    for (int i = 0; i < children - 1; i++) {
      view.putInt(view.getShort(12 + 2 * i), first + i);
      // Its rowid, see leaf().
      view.put(view.getShort(12 + 2 * i) + 4, (byte) (0x80 | i >> 7));
      view.put(view.getShort(12 + 2 * i) + 5, (byte) (i & 0x7f));
    }
    return page;
  }

  private static byte[] interiorIndex(int size, int child) {
    ByteBuffer page = ByteBuffer.allocate(size);
    int cells = 30;
    int length = 10;
    int content = size - length * cells;
    page.put((byte) 2).putShort((short) 0).putShort((short) cells).putShort((short) content);
    page.put((byte) 0).putInt(child);
    for (int i = 0; i < cells; i++) {
      int at = content + length * i;
      page.putShort(12 + 2 * i, (short) at).putInt(at, child);
      page.put(at + 4, (byte) 5).put(at + 5, (byte) 3).put(at + 6, (byte) 15).put(at + 7, (byte) 1);
      page.put(at + 8, (byte) (32 + i)).put(at + 9, (byte) i);
    }
    return page.array();
  }

  private static byte[] overflow(int size, int next) {
    byte[] page = new byte[size];
    Arrays.fill(page, (byte) ' ');
    ByteBuffer.wrap(page).putInt(0, next);
    return page;
  }

  /** So much of a long payload stands on the leaf itself (file format, section 1.6). */
  private static int local(int size, int payload) {
    int smallest = (size - 12) * 32 / 255 - 23;
    int local = smallest + (payload - smallest) % (size - 4);
    return local <= size - 35 ? local : smallest;
  }

  private static void leavesOfLongValues(Pages pages, int count, int chain, int payload) {
    int first = pages.count() + 1;
    for (int i = 0; i < count; i++) {
      pages.put(first + i, leaf(pages.size, i, payload, chain, false));
    }
    int most = Math.min(count, 100);
    pages.put(pages.root("t"), interiorOf(pages.size, first, most));
  }

  /** With one row, whose number is {@code rowid}. */
  private static byte[] leaf(int size, int rowid, int payload, int chain, boolean schema) {
    int local = local(size, payload);
    ByteBuffer page = ByteBuffer.allocate(size);
    int at = size - local - 4 - 5 - 2;
    page.put((byte) 13).putShort((short) 0).putShort((short) 1).putShort((short) at).put((byte) 0);
    page.putShort((short) at);
    page.position(at);
    varint(page, payload, 5);
    varint(page, rowid, 2);
    if (schema) {
      byte[] name = ("t" + (1000 + rowid)).getBytes(StandardCharsets.US_ASCII);
      byte[] begin = ("CREATE TABLE " + new String(name) + "(x /*").getBytes();
      int header = 11;
      page.put((byte) header).put((byte) (13 + 2 * 5)).put((byte) (13 + 2 * 5));
      page.put((byte) (13 + 2 * 5)).put((byte) 1);
      varint(page, 13 + 2L * (payload - header - 16), 6);
      page.put("table".getBytes()).put(name).put(name).put((byte) (2 + rowid % 2)).put(begin);
      Arrays.fill(page.array(), page.position(), size - 4, (byte) ' ');
    } else {
      page.put((byte) 7).put((byte) 0);
      varint(page, 13 + 2L * (payload - 7), 5);
      Arrays.fill(page.array(), page.position(), size - 4, (byte) 'x');
    }
    page.putInt(size - 4, chain);
    return page.array();
  }

  /** Of a given length, with leading zeros. */
  private static void varint(ByteBuffer into, long value, int length) {
    for (int i = length - 1; i >= 0; i--) {
      into.put((byte) (value >>> 7 * i & 0x7f | (i > 0 ? 0x80 : 0)));
    }
  }

  private static byte[] journal(int[] header, int size) {
    ByteBuffer journal = ByteBuffer.allocate(size);
    for (int field : header) {
      journal.putInt(field);
    }
    for (int at = 512; at + 1032 <= size; at += 1032) {
      journal.putInt(at, -1);
    }
    return journal.array();
  }

  /**
   * @param pages numbers, each with the size after the commit behind it
   */
  private static byte[] log(int pageSize, int[] pages) {
    ByteBuffer log = ByteBuffer.allocate(32 + pages.length / 2 * (24 + pageSize));
    log.putInt(0x377f0683).putInt(3007000).putInt(pageSize).putInt(1).putInt(11).putInt(12);
    int[] sum = {0, 0};
    checksum(log, 0, 24, sum);
    log.putInt(sum[0]).putInt(sum[1]);
    for (int i = 0; i < pages.length; i += 2) {
      int at = log.position();
      log.putInt(pages[i]).putInt(pages[i + 1]).putInt(11).putInt(12);
      checksum(log, at, 8, sum);
      checksum(log, at + 24, pageSize, sum);
      log.putInt(sum[0]).putInt(sum[1]);
      log.position(at + 24 + pageSize);
    }
    return log.array();
  }

  private static void checksum(ByteBuffer log, int from, int length, int[] sum) {
    for (int at = from; at < from + length; at += 8) {
      sum[0] += log.getInt(at) + sum[1];
      sum[1] += log.getInt(at + 4) + sum[0];
    }
  }

  /** All pages of a file. */
  private static final class Pages {
    private final Path db;
    private final int size;
    private byte[][] pages;

    Pages(Path db) throws IOException {
      this.db = db;
      this.size = Images.pageSize(db);
      byte[] all = Files.readAllBytes(db);
      pages = new byte[all.length / size][];
      for (int i = 0; i < pages.length; i++) {
        pages[i] = Arrays.copyOfRange(all, i * size, (i + 1) * size);
      }
    }

    int count() {
      return pages.length;
    }

    int root(String name) {
      try {
        return Integer.parseInt(
            Databases.query(db, "SELECT rootpage FROM sqlite_schema WHERE name = '" + name + "'")
                .get(0));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    void put(int number, byte[] page) {
      if (number > pages.length) {
        pages = Arrays.copyOf(pages, number);
      }
      pages[number - 1] = page;
    }

    void write() throws IOException {
      ByteBuffer all = ByteBuffer.allocate(pages.length * size);
      for (byte[] page : pages) {
        all.put(page);
      }
      all.putInt(28, pages.length);
      Files.write(db, all.array());
    }
  }
}
