package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of a backup in the place of destroyed ones: never where a key survives, only where the key
 * says which row it is.
 */
final class Backfill {
  /** How many surviving rows are compared to see whether rowids still mean the same rows. */
  private static final int SAMPLE = 200;

  private final Pages pages;
  private final Tree now;
  private final Backup backup;
  private final Tree before;
  private final TreeCursor cursor;
  private final CellPayload payload;
  private final Testimony testimony;
  private final EntryHash hash;
  private long rows;

  private Backfill(Pages pages, Tree now, Backup backup, Tree before, Testimony testimony) {
    this.pages = pages;
    this.now = now;
    this.backup = backup;
    this.before = before;
    this.cursor = new TreeCursor(backup.pages(), before);
    this.payload = new CellPayload(backup.pages());
    this.testimony = testimony;
    this.hash = new EntryHash(new Payloads(backup.pages()));
  }

  /** Null where the backup can't help this table. */
  static Backfill of(Pages pages, Tree now, Backup backup, String sql, Testimony testimony)
      throws IOException {
    Tree before = backup.tree(now, sql);
    if (before == null) {
      return null;
    }
    Backfill backfill = new Backfill(pages, now, backup, before, testimony);
    return now.shape().hasStableKey() || backfill.rowidsMeanTheSame() ? backfill : null;
  }

  /**
   * VACUUM gives new rowids to rows that have no key of their own. Where it did, hardly any
   * surviving row is still the one that the backup has under its rowid.
   */
  private boolean rowidsMeanTheSame() throws IOException {
    Segments segments = now.segments();
    int step = Math.max(1, segments.size() / SAMPLE);
    byte[] page = new byte[pages.geometry().pageSize()];
    CellCursor cell = new CellCursor(pages.geometry());
    int same = 0;
    int other = 0;
    for (int i = 0; i < segments.size(); i += step) {
      if (segments.isDamaged(i)) {
        continue;
      }
      pages.read(segments.page(i), page);
      PageLayout layout = PageLayout.of(page, segments.page(i), now.order().leafType());
      if (layout.cells() > 0 && cell.parse(page, layout.type(), layout.pointer(page, 0))) {
        Boolean found = backup.hasSame(before, page, cell);
        same += Boolean.TRUE.equals(found) ? 1 : 0;
        other += Boolean.FALSE.equals(found) ? 1 : 0;
      }
    }
    // Where nothing survives, nothing can be doubled.
    return segments.size() == 0 || same > 0 && same >= 9 * other;
  }

  /**
   * What is to be replaced.
   *
   * @param low above which key, null for no limit
   * @param high up to which key, null for no limit
   * @param only only the row of the key {@code high}
   */
  record Range(Bound low, Bound high, boolean only) {}

  /**
   * Writes the backup's rows of a range.
   *
   * @param floor above which key the table goes on, null where it is still empty
   * @param ceiling below which key, null where nothing follows
   * @return the key of the last row written, null where there was none
   */
  Bound fill(Range range, Bound floor, Bound ceiling, TreeWriter out) throws IOException {
    TreeOrder order = now.order();
    Bound low = isAbove(order, floor, range.low()) ? floor : range.low();
    Bound last = null;
    boolean more = cursor.seek(low);
    while (more) {
      CellCursor cell = cursor.cell();
      int toHigh = range.high() == null ? -1 : order.compare(cursor.page(), cell, range.high());
      boolean beyond = ceiling != null && order.compare(cursor.page(), cell, ceiling) >= 0;
      if (toHigh > 0 || beyond) {
        break;
      }
      if (range.only() ? toHigh == 0 : mayBeLost(cell)) {
        write(cell, order, out);
        rows++;
        last = Bound.of(cursor.page(), cell, order.rowids());
      }
      more = cursor.next();
    }
    return last;
  }

  /** What an index would know and doesn't was deleted, not destroyed. */
  private boolean mayBeLost(CellCursor cell) throws IOException {
    TableShape shape = now.shape();
    int fields = shape.withoutRowid() ? shape.key().size() : 0;
    return !hash.read(cursor.page(), cell, fields)
        || testimony.mayBeLost(hash.keyOfRow(shape, cell.rowid()));
  }

  /**
   * The keys, in their order, of rows that only an index still knows and the backup has: a lost
   * write leaves no gap where they stood.
   */
  List<Bound> lostKeys() throws IOException {
    List<Bound> keys = new ArrayList<>();
    if (!testimony.isExact() || testimony.rowsLost() == 0) {
      return keys;
    }
    TreeOrder order = now.order();
    boolean more = cursor.seek(null);
    while (more) {
      if (mayBeLost(cursor.cell())) {
        keys.add(Bound.of(cursor.page(), cursor.cell(), order.rowids()));
      }
      more = cursor.next();
    }
    return keys;
  }

  /** Whether a surviving row shows that its neighbours' rowids mean the same rows as ever. */
  boolean isVouchedForBy(byte[] page, CellCursor row) throws IOException {
    return now.shape().hasStableKey() || Boolean.TRUE.equals(backup.hasSame(before, page, row));
  }

  /** How many rows were written so far. */
  long rows() {
    return rows;
  }

  private static boolean isAbove(TreeOrder order, Bound a, Bound b) {
    return a != null && (b == null || order.compare(a, b) > 0);
  }

  private void write(CellCursor cell, TreeOrder order, TreeWriter out) throws IOException {
    payload.of(cursor.page(), cell);
    if (order.rowids()) {
      out.add(cell.rowid(), payload);
    } else {
      out.add(payload);
    }
  }
}
