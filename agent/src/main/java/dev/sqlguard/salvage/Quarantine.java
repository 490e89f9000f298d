package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rows that can't be trusted or that belong to no table, in tables of their own: {@code rootpgno,
 * pgno, nfield, id, c0…}, as the {@code .recover} of SQLite's shell lays them out.
 */
final class Quarantine {
  /**
   * SQLite's SQLITE_MAX_COLUMN is 2000; four of them are ours, and one is left to queries that ask
   * for the rowid as well.
   */
  private static final int MOST_FIELDS = 1995;

  private static final String NAME = "lost_and_found";

  /**
   * So often all overflow pages of the image may be read at most: two rows may want the same one
   * after a crash; in a hostile file every row wants them all.
   */
  private static final int MOST_READINGS = 2;

  private final Pages pages;
  private final DatabaseWriter writer;
  private final Map<Long, Table> tables = new LinkedHashMap<>();
  private final Table common;
  private final Table wide;
  private final RecordCursor record = new RecordCursor();
  private final RecordBuilder builder = new RecordBuilder();
  private final Payloads payloads;
  private final CellPayload payload;
  private long rows;

  /** How many bytes of overflow pages may still be read. */
  private long overflowLeft;

  /** One table under way. */
  private static final class Table {
    private final String name;
    private final int root;
    private final DatabaseWriter writer;
    private TreeWriter tree;
    private long rows;
    private int fields;

    Table(String name, DatabaseWriter writer) throws IOException {
      this.name = name;
      this.writer = writer;
      this.root = writer.reserveRoot();
    }

    void add(Payload payload) throws IOException {
      if (tree == null) {
        tree = writer.table(root);
      }
      tree.add(++rows, payload);
    }
  }

  /** A finished table: what the schema has to say of it. */
  record Made(String name, int root, String sql, long rows) {}

  /**
   * @param roots of the trees that get a table each
   * @param taken names that can't be used, in whatever case
   */
  Quarantine(Pages pages, DatabaseWriter writer, List<Long> roots, List<String> taken)
      throws IOException {
    this.pages = pages;
    this.writer = writer;
    this.payloads = new Payloads(pages);
    this.payload = new CellPayload(pages);
    this.overflowLeft = MOST_READINGS * (long) pages.count() * pages.geometry().pageSize();
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    names.addAll(taken);
    this.common = new Table(freeName(NAME, names), writer);
    this.wide = new Table(freeName(NAME + "_wide", names), writer);
    for (long root : roots) {
      tables.put(root, new Table(freeName(NAME + "_" + root, names), writer));
    }
  }

  private static String freeName(String name, Set<String> taken) {
    String free = name;
    for (int i = 0; !taken.add(free); i++) {
      free = name + "_" + i;
    }
    return free;
  }

  long rows() {
    return rows;
  }

  /**
   * Puts a cell there, with as much of it as can be read.
   *
   * @param root of the tree that it belongs to, 0 where none is known
   * @return whether there was anything to put there
   */
  boolean add(long root, long page, byte[] bytes, CellCursor cell, boolean rowids)
      throws IOException {
    boolean exact = payloads.parse(bytes, cell, record);
    int fields = exact ? record.fields() : readableFields(record, cell);
    if (fields == 0) {
      return false;
    }
    Table table = tables.getOrDefault(root, common);
    int kept = Math.min(fields, MOST_FIELDS);
    builder.clear().addInteger(root).addInteger(page).addInteger(fields);
    if (rowids) {
      builder.addInteger(cell.rowid());
    } else {
      builder.addNull();
    }
    payload.of(bytes, cell);
    long readable = readableSize(bytes, cell);
    if (readable >= end(kept)) {
      for (int i = 0; i < kept; i++) {
        builder.addFollowing(record.type(i));
      }
      table.add(builder.build(payload, record.offset(0)));
    } else {
      addReadable(kept, readable);
      byte[] row = builder.build();
      table.add(Payload.of(row, 0, row.length));
    }
    table.fields = Math.max(table.fields, kept);
    if (fields > kept && readable >= end(fields)) {
      addWide(root, page, fields, kept, cell, rowids);
    }
    rows++;
    return true;
  }

  private long end(int fields) {
    return record.offset(fields - 1) + SerialType.size(record.type(fields - 1));
  }

  /** Whole values, and of a text or BLOB that breaks off its beginning. */
  private void addReadable(int fields, long readable) throws IOException {
    for (int i = 0; i < fields; i++) {
      long type = record.type(i);
      long size = SerialType.size(type);
      long there = Math.max(0, Math.min(size, readable - record.offset(i)));
      if (there < size && type < SerialType.BLOB) {
        builder.addNull();
        continue;
      }
      byte[] value = new byte[(int) there];
      payload.read(record.offset(i), value, 0, value.length);
      long shortened = (type & 1) == 0 ? SerialType.BLOB : SerialType.TEXT;
      builder.add(type < SerialType.BLOB ? type : shortened + 2 * there, value, 0);
    }
  }

  private void addWide(long root, long page, int fields, int from, CellCursor cell, boolean rowids)
      throws IOException {
    for (int i = from; i < fields; i++) {
      builder.clear().addInteger(root).addInteger(page).addInteger(fields);
      if (rowids) {
        builder.addInteger(cell.rowid());
      } else {
        builder.addNull();
      }
      builder.addInteger(i).addFollowing(record.type(i));
      wide.add(builder.build(payload, record.offset(i)));
    }
  }

  /** How much of a payload stands on pages that exist, and haven't been read too often. */
  private long readableSize(byte[] bytes, CellCursor cell) throws IOException {
    long rest = cell.payloadSize() - cell.localSize();
    if (!cell.overflows() || rest > overflowLeft) {
      return cell.localSize();
    }
    byte[] block = new byte[pages.geometry().usableSize() - 4];
    long at = cell.localSize();
    try {
      while (at < cell.payloadSize()) {
        int n = (int) Math.min(block.length, cell.payloadSize() - at);
        payload.read(at, block, 0, n);
        at += n;
      }
      return cell.payloadSize();
    } catch (java.io.EOFException e) {
      return cell.localSize();
    } finally {
      overflowLeft -= at - cell.localSize();
    }
  }

  /** Of a record whose length is wrong: the fields that its header still names. */
  private static int readableFields(RecordCursor record, CellCursor cell) {
    int fields = record.fields();
    while (fields > 0
        && record.offset(fields - 1) + SerialType.size(record.type(fields - 1))
            > cell.payloadSize()) {
      fields--;
    }
    return fields;
  }

  /** Finishes all tables; those without a row are to be dropped. */
  List<Made> finish() throws IOException {
    List<Made> made = new ArrayList<>();
    List<Table> all = new ArrayList<>(tables.values());
    all.add(common);
    for (Table table : all) {
      StringBuilder sql = head(table);
      for (int i = 0; i < Math.max(1, table.fields); i++) {
        sql.append(", c").append(i);
      }
      made.add(finish(table, sql.append(')').toString()));
    }
    made.add(finish(wide, head(wide).append(", field INTEGER, value)").toString()));
    return made;
  }

  private static StringBuilder head(Table table) {
    return new StringBuilder("CREATE TABLE ")
        .append(table.name)
        .append("(rootpgno INTEGER, pgno INTEGER, nfield INTEGER, id INTEGER");
  }

  private Made finish(Table table, String sql) throws IOException {
    if (table.tree == null) {
      writer.empty(table.root, true);
    } else {
      table.tree.finish();
    }
    return new Made(table.name, table.root, sql, table.rows);
  }
}
