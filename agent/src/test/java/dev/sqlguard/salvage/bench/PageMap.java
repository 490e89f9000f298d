package dev.sqlguard.salvage.bench;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;

/** What every page of a sound database is for. */
public final class PageMap {
  public static final int INTERIOR_INDEX = 2;
  public static final int INTERIOR_TABLE = 5;
  public static final int LEAF_INDEX = 10;
  public static final int LEAF_TABLE = 13;

  /** The name that the table of all objects goes by. */
  public static final String SCHEMA = "sqlite_schema";

  /** What a page is. */
  public enum Kind {
    TABLE_LEAF,
    TABLE_INTERIOR,
    INDEX_LEAF,
    INDEX_INTERIOR,
    OVERFLOW,
    FREELIST_TRUNK,
    FREELIST_LEAF
  }

  /**
   * One page.
   *
   * @param object the table or index that it belongs to
   * @param depth 0 for a root
   * @param parent the page that points here, 0 for a root
   */
  public record Page(int number, String object, Kind kind, int depth, int parent) {}

  /**
   * A row of sqlite_schema with a b-tree of its own.
   *
   * @param leaf the page on which the row stands
   */
  public record SchemaEntry(String type, String name, int root, int leaf) {}

  private final DatabaseImage image;
  private final Page[] pages;
  private final List<SchemaEntry> schema = new ArrayList<>();

  public PageMap(DatabaseImage image) {
    this.image = image;
    this.pages = new Page[image.pages() + 1];
    walk(1, SCHEMA);
    for (Page leaf : pages(SCHEMA, Kind.TABLE_LEAF)) {
      for (Cell cell : cells(leaf.number())) {
        readSchemaEntry(cell, leaf.number());
      }
    }
    for (SchemaEntry entry : schema) {
      walk(entry.root(), entry.name());
    }
    walkFreelist();
  }

  public List<SchemaEntry> schema() {
    return schema;
  }

  SchemaEntry entry(String object) {
    return schema.stream()
        .filter(e -> e.name().equals(object))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException(object));
  }

  /** Null where a page has no use, such as the lock-byte page. */
  public Page page(int number) {
    return pages[number];
  }

  /** By number. */
  public List<Page> pages(Kind kind) {
    return pages(null, kind);
  }

  /**
   * By number.
   *
   * @param object null for any
   */
  public List<Page> pages(String object, Kind kind) {
    List<Page> found = new ArrayList<>();
    for (Page page : pages) {
      if (page != null && page.kind() == kind && (object == null || object.equals(page.object()))) {
        found.add(page);
      }
    }
    return found;
  }

  int children(int page) {
    int children = 0;
    for (Page child : pages) {
      if (child != null && child.parent() == page) {
        children++;
      }
    }
    return children;
  }

  /** Where the cells of a b-tree page start in the image, in the order of the pointer array. */
  public static int[] cellStarts(DatabaseImage image, int page) {
    int header = image.treeAt(page);
    int type = image.u8(header);
    int[] starts = new int[image.u16(header + 3)];
    int pointers = header + (isInterior(type) ? 12 : 8);
    for (int i = 0; i < starts.length; i++) {
      starts[i] = image.at(page) + image.u16(pointers + 2 * i);
    }
    return starts;
  }

  /** The cells that carry a payload: all but those of a table's interior pages. */
  public List<Cell> cells(int page) {
    int type = image.u8(image.treeAt(page));
    List<Cell> cells = new ArrayList<>();
    if (type != INTERIOR_TABLE) {
      for (int start : cellStarts(image, page)) {
        cells.add(Cell.at(image, start, type));
      }
    }
    return cells;
  }

  private static boolean isInterior(int type) {
    return type == INTERIOR_INDEX || type == INTERIOR_TABLE;
  }

  private void walk(int root, String object) {
    record Step(int page, int depth, int parent) {}
    Deque<Step> open = new ArrayDeque<>();
    open.push(new Step(root, 0, 0));
    while (!open.isEmpty()) {
      Step step = open.pop();
      int header = image.treeAt(step.page());
      int type = image.u8(header);
      pages[step.page()] = new Page(step.page(), object, kind(type), step.depth(), step.parent());
      if (isInterior(type)) {
        for (int start : cellStarts(image, step.page())) {
          open.push(new Step(image.u32(start), step.depth() + 1, step.page()));
        }
        open.push(new Step(image.u32(header + 8), step.depth() + 1, step.page()));
      }
      for (Cell cell : cells(step.page())) {
        int parent = step.page();
        for (int next = cell.firstOverflowPage(image);
            next != 0;
            next = image.u32(image.at(next))) {
          pages[next] = new Page(next, object, Kind.OVERFLOW, step.depth(), parent);
          parent = next;
        }
      }
    }
  }

  private static Kind kind(int type) {
    return switch (type) {
      case INTERIOR_INDEX -> Kind.INDEX_INTERIOR;
      case INTERIOR_TABLE -> Kind.TABLE_INTERIOR;
      case LEAF_INDEX -> Kind.INDEX_LEAF;
      case LEAF_TABLE -> Kind.TABLE_LEAF;
      default -> throw new IllegalArgumentException("not a sound database: page type " + type);
    };
  }

  private void walkFreelist() {
    int parent = 0;
    for (int trunk = image.u32(32); trunk != 0; trunk = image.u32(image.at(trunk))) {
      pages[trunk] = new Page(trunk, "freelist", Kind.FREELIST_TRUNK, 0, parent);
      int leaves = image.u32(image.at(trunk) + 4);
      for (int i = 0; i < leaves; i++) {
        int leaf = image.u32(image.at(trunk) + 8 + 4 * i);
        pages[leaf] = new Page(leaf, "freelist", Kind.FREELIST_LEAF, 1, trunk);
      }
      parent = trunk;
    }
  }

  private void readSchemaEntry(Cell cell, int leaf) {
    byte[] record = payload(cell);
    int[] at = {0};
    long headerSize = varint(record, at);
    long[] types = new long[4];
    for (int i = 0; i < types.length; i++) {
      types[i] = varint(record, at);
    }
    int body = (int) headerSize;
    String[] texts = new String[3];
    for (int i = 0; i < texts.length; i++) {
      int size = (int) (types[i] - 13) / 2;
      texts[i] = new String(record, body, size, image.charset());
      body += size;
    }
    int root = types[3] == 9 ? 1 : 0;
    for (int i = 0; types[3] <= 4 && i < types[3]; i++) {
      root = root << 8 | record[body + i] & 0xff;
    }
    if (root > 0) {
      schema.add(new SchemaEntry(texts[0], texts[1], root, leaf));
    }
  }

  private byte[] payload(Cell cell) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(image.range(cell.payload(), cell.payload() + cell.local()));
    for (int next = cell.firstOverflowPage(image); next != 0; next = image.u32(image.at(next))) {
      long rest = cell.size() - payload.size();
      int from = image.at(next) + 4;
      payload.writeBytes(image.range(from, from + (int) Math.min(rest, image.usableSize() - 4)));
    }
    return payload.toByteArray();
  }

  private static long varint(byte[] b, int[] at) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      byte next = b[at[0]++];
      value = value << 7 | next & 0x7f;
      if (next >= 0) {
        return value;
      }
    }
    return value << 8 | b[at[0]++] & 0xff;
  }
}
