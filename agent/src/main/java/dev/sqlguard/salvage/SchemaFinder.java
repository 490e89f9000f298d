package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.FieldValue;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.salvage.TableShape.Column;
import dev.sqlguard.schema.Affinity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rows of sqlite_schema: from its tree, and where that is broken from whatever leaf has records
 * of its shape.
 */
final class SchemaFinder {
  private static final String TABLE = "sqlite_schema";

  /** Longer SQL is taken for damage: a hostile file must not fill the memory. */
  private static final int LONGEST = 1 << 22;

  /**
   * So often all overflow pages of the image may be read in search of leaves: old versions of a
   * leaf lead to the same ones; in a hostile file every row wants them all.
   */
  private static final int MOST_READINGS = 2;

  private static final int FIELDS = 5;

  private static final Pattern VIRTUAL =
      Pattern.compile("\\s*CREATE\\s+VIRTUAL\\b", Pattern.CASE_INSENSITIVE);

  private static final Pattern WITHOUT = Pattern.compile("\\bWITHOUT\\b", Pattern.CASE_INSENSITIVE);

  /** What sqlite_schema itself looks like. */
  static final TableShape SHAPE =
      new TableShape(
          TABLE,
          1,
          false,
          List.of(
              column("type", "TEXT"),
              column("name", "TEXT"),
              column("tbl_name", "TEXT"),
              column("rootpage", "INT"),
              column("sql", "TEXT")),
          -1,
          null,
          List.of(),
          List.of());

  /**
   * @param complete whether the tree was intact
   * @param proven whether no page of the tree is suspect
   * @param encoding as the rows show it, null where there is none
   */
  record Found(List<SchemaRow> rows, boolean complete, boolean proven, TextEncoding encoding) {}

  private final Pages pages;
  private final Geometry geometry;
  private final Payloads payloads;
  private final CellCheck check;
  private final Map<String, SchemaRow> rows = new LinkedHashMap<>();
  private TextEncoding encoding;

  /** What rows of the tree may have of overflow pages; what other leaves' rows may. */
  private final Allowance ofTree;

  private final Allowance ofStrays;

  /** For looking at each leaf, and for seeing how credible it is. */
  private final Allowance forLooking;

  private final Allowance forRating;

  /** How many bytes of overflow pages may still be read in one pass over the leaves. */
  private static final class Allowance {
    private long left;

    Allowance(long bytes) {
      this.left = bytes;
    }
  }

  SchemaFinder(Pages pages) {
    this.pages = pages;
    this.geometry = pages.geometry();
    this.payloads = new Payloads(pages);
    this.check = new CellCheck(payloads, TreeOrder.byRowid(), SHAPE);
    long size = (long) pages.count() * geometry.pageSize();
    this.ofTree = new Allowance(size);
    this.ofStrays = new Allowance(size);
    this.forLooking = new Allowance(MOST_READINGS * size);
    this.forRating = new Allowance(MOST_READINGS * size);
  }

  /**
   * @param header of the image, for its freelist
   */
  Found find(byte[] visits, Damages damages, Optional<DatabaseHeader> header) throws IOException {
    Segments segments = new Segments();
    List<Gap> gaps = new ArrayList<>();
    new TreeWalk(pages, check, TABLE, visits, damages, false).walk(1, KeyRange.ALL, segments, gaps);
    boolean complete = gaps.isEmpty();
    byte[] page = new byte[geometry.pageSize()];
    for (int i = 0; i < segments.size(); i++) {
      pages.read(segments.page(i), page);
      // A page that is only suspect has all of its rows: older ones would be dropped objects.
      complete &= !segments.isDamaged(i);
      Leaf leaf = rowsOf(page, segments.page(i), segments.range(i), ofTree);
      leaf.rows().forEach(row -> rows.putIfAbsent(row.key(), row));
      complete &= leaf.all();
    }
    if (!complete) {
      readStrays(header);
    }
    List<SchemaRow> found = new ArrayList<>(rows.values());
    found.sort((a, b) -> Long.compare(a.rowid(), b.rowid()));
    return new Found(found, complete, segments.doubts().isEmpty(), encoding);
  }

  /**
   * A leaf that no page leads to.
   *
   * @param free whether what is left of a damaged freelist has it
   * @param unproven whether only the place of the page speaks for it
   * @param refuted how many of its objects have another tree where theirs should begin
   */
  private record Stray(int page, boolean free, boolean unproven, int refuted) {}

  /** Old versions of leaves say what isn't any more: the most credible leaf speaks first. */
  private void readStrays(Optional<DatabaseHeader> header) throws IOException {
    byte[] page = new byte[geometry.pageSize()];
    FreePages.Listed free = new FreePages(pages).list(header);
    List<Stray> strays = new ArrayList<>();
    for (int number = 1; number <= pages.count(); number++) {
      boolean listed = free.pages().get(number);
      if (!pages.isUsed(number)
          && !(listed && free.whole())
          && pages.read(number, page)
          && looksLikeSchema(page, number)) {
        int refuted = 0;
        for (SchemaRow row : rowsOf(page, number, KeyRange.ALL, forRating).rows()) {
          refuted += isRefuted(row) ? 1 : 0;
        }
        strays.add(new Stray(number, listed, number == 1, refuted));
      }
    }
    strays.sort(
        Comparator.comparing(Stray::free)
            .thenComparing(Stray::unproven)
            .thenComparingInt(Stray::refuted));
    Set<Long> rowids = new HashSet<>();
    Set<Long> roots = new HashSet<>();
    for (SchemaRow row : rows.values()) {
      rowids.add(row.rowid());
      roots.add(row.root());
    }
    for (Stray stray : strays) {
      pages.read(stray.page(), page);
      boolean any = false;
      for (SchemaRow row : rowsOf(page, stray.page(), KeyRange.ALL, ofStrays).rows()) {
        boolean hasRoot = row.root() > 0 && row.root() != SchemaRow.UNKNOWN_ROOT;
        if (!rows.containsKey(row.key())
            && !rowids.contains(row.rowid())
            && !(hasRoot && roots.contains(row.root()))
            && !isRefuted(row)) {
          rows.put(row.key(), row);
          rowids.add(row.rowid());
          roots.add(row.root());
          any = true;
        }
      }
      if (any) {
        pages.use(stray.page(), Pages.Use.BTREE);
      }
    }
  }

  /** Whether a whole page of another kind of tree is where the object's tree should begin. */
  private boolean isRefuted(SchemaRow row) throws IOException {
    byte[] root = new byte[geometry.pageSize()];
    if (row.root() < 2 || !pages.exists(row.root()) || !pages.read(row.root(), root)) {
      return false;
    }
    int type = root[0];
    boolean ofTable = type == BtreePage.LEAF_TABLE || type == BtreePage.INTERIOR_TABLE;
    boolean either = !row.isIndex() && WITHOUT.matcher(String.valueOf(row.sql())).find();
    if (!BtreePage.isType(type) || either || ofTable != row.isIndex()) {
      return false;
    }
    PageLayout layout = PageLayout.of(root, row.root(), type);
    CellCursor cell = new CellCursor(geometry);
    int n = layout.possibleCells(geometry);
    for (int i = 0; i < n; i++) {
      if (!cell.parse(root, type, layout.pointer(root, i))) {
        return false;
      }
    }
    return n > 0 && n == layout.cells();
  }

  /** A leaf of which most cells are rows of this table. */
  private boolean looksLikeSchema(byte[] page, long number) throws IOException {
    if (number == 1) {
      // It is the root, whatever its header says; but it may be an interior page by now.
      return !UnprovenLeaves.endsInInteriorCell(page, check.order(), pages);
    }
    if (page[BtreePage.headerAt(number)] != BtreePage.LEAF_TABLE) {
      return false;
    }
    PageLayout layout = PageLayout.of(page, number, BtreePage.LEAF_TABLE);
    CellCursor cell = new CellCursor(geometry);
    int hits = 0;
    int n = layout.possibleCells(geometry);
    for (int i = 0; i < n; i++) {
      if (cell.parse(page, BtreePage.LEAF_TABLE, layout.pointer(page, i))
          && check.isExact(page, cell)
          && check.record().fields() == FIELDS) {
        byte[] record = whole(page, cell, forLooking);
        hits += record != null && row(cell.rowid(), record) != null ? 1 : 0;
      }
    }
    return hits > 0 && hits * 2 >= n;
  }

  /**
   * @param all whether every cell of the page is a row of sqlite_schema
   */
  private record Leaf(List<SchemaRow> rows, boolean all) {}

  private Leaf rowsOf(byte[] page, long number, KeyRange range, Allowance allowance)
      throws IOException {
    LeafSurgery.Result result =
        new LeafSurgery(geometry, check).operate(page, number, BtreePage.LEAF_TABLE, range);
    boolean all = result.damaged().isEmpty() && result.missing() == 0;
    CellCursor cell = new CellCursor(geometry);
    List<SchemaRow> found = new ArrayList<>();
    for (LeafSurgery.Cell each : result.kept()) {
      cell.parse(page, BtreePage.LEAF_TABLE, each.start());
      byte[] record = whole(page, cell, allowance);
      SchemaRow row = record == null ? null : row(cell.rowid(), record);
      all &= row != null;
      if (row != null) {
        found.add(row);
      }
    }
    return new Leaf(found, all);
  }

  /** Null where it can't be read, or too much has been read. */
  private byte[] whole(byte[] page, CellCursor cell, Allowance allowance) throws IOException {
    long rest = cell.payloadSize() - cell.localSize();
    if (cell.payloadSize() > LONGEST || rest > allowance.left) {
      return null;
    }
    int size = (int) cell.payloadSize();
    byte[] record = new byte[size];
    int there = payloads.read(page, cell, record, size);
    allowance.left -= there - cell.localSize();
    return there < size ? null : record;
  }

  /** Null where the record isn't one of a schema object. */
  private SchemaRow row(long rowid, byte[] record) {
    RecordCursor fields = new RecordCursor();
    if (fields.parse(record, 0, record.length, record.length) != RecordCursor.Result.EXACT
        || fields.fields() != FIELDS
        || !SerialType.isText(fields.type(0))
        || !SerialType.isText(fields.type(1))
        || !SerialType.isText(fields.type(2))) {
      return null;
    }
    boolean hasRoot = SerialType.isInteger(fields.type(3));
    if (!hasRoot && fields.type(3) != SerialType.NULL) {
      return null;
    }
    boolean hasSql = SerialType.isText(fields.type(4));
    if (!hasSql && fields.type(4) != SerialType.NULL) {
      return null;
    }
    TextEncoding of = encodingOf(record, fields);
    if (of == null || encoding != null && encoding != of) {
      return null;
    }
    encoding = of;
    long root = hasRoot ? FieldValue.integer(record, (int) fields.offset(3), fields.type(3)) : 0;
    String type = text(record, fields, 0, of);
    String sql = hasSql ? text(record, fields, 4, of) : null;
    if (!hasTree(type, sql)) {
      record = root == 0 ? record : RecordBuilder.withRootPage(record, 0);
      root = 0;
    } else if (root <= 0) {
      root = SchemaRow.UNKNOWN_ROOT;
    }
    String name = text(record, fields, 1, of);
    String table = text(record, fields, 2, of);
    SchemaNames agreed = SchemaNames.agreed(type, name, table, sql);
    boolean agrees =
        agreed.name().equals(name)
            && agreed.table().equals(table)
            && Objects.equals(agreed.sql(), sql);
    return agrees
        ? new SchemaRow(rowid, type, name, table, root, sql, record)
        : SchemaRow.of(
            rowid, type, agreed.name(), agreed.table(), root, agreed.sql(), of.charset());
  }

  /** By its own words: the root page is only a number. */
  private static boolean hasTree(String type, String sql) {
    return type.equals("index")
        || type.equals("table") && (sql == null || !VIRTUAL.matcher(sql).lookingAt());
  }

  /** The one in which the first field is one of the four types of objects. */
  private static TextEncoding encodingOf(byte[] record, RecordCursor fields) {
    for (TextEncoding candidate : TextEncoding.values()) {
      switch (text(record, fields, 0, candidate)) {
        case "table", "index", "view", "trigger":
          return candidate;
        default:
      }
    }
    return null;
  }

  private static String text(byte[] record, RecordCursor fields, int field, TextEncoding encoding) {
    int size = (int) SerialType.size(fields.type(field));
    return new String(record, (int) fields.offset(field), size, encoding.charset());
  }

  private static Column column(String name, String type) {
    return new Column(name, type, Affinity.of(type), false, null);
  }
}
