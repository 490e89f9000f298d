package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Collation;
import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.salvage.TableShape.IndexShape;
import java.util.List;

/**
 * Whether the entries of an index stand as REINDEX would put them: each behind the one before, by
 * the collations of the index, and no key of a UNIQUE one twice. What can't be told is no proof.
 */
final class IndexProof {
  private final int keys;

  /** Null where the order isn't known well enough. */
  private final KeyOrder whole;

  /** Of the declared key alone; null where it may be there twice. */
  private final KeyOrder unique;

  private final RecordCursor record = new RecordCursor();
  private byte[] last = new byte[0];
  private int lastLocal;
  private long lastSize;
  private long entries;
  private boolean first;
  private boolean known;
  private boolean holds;

  IndexProof(IndexShape index, TextEncoding encoding) {
    this.keys = index.keys();
    this.holds = isKnown(index.order(), encoding);
    this.whole = holds ? new KeyOrder(index.order(), encoding) : null;
    this.unique =
        holds && index.unique() ? new KeyOrder(index.order().subList(0, keys), encoding) : null;
  }

  /** What SQLite makes of UTF-16 that is none, when a collation asks for UTF-8, isn't known. */
  private static boolean isKnown(List<KeyOrder.Field> order, TextEncoding encoding) {
    if (order == null) {
      return false;
    }
    for (KeyOrder.Field field : order) {
      if (encoding != TextEncoding.UTF_8 && field.collation() != Collation.BINARY) {
        return false;
      }
    }
    return true;
  }

  /**
   * The next entries stand on another page.
   *
   * @param inOrder whether these are known to follow each other, by all of their fields
   */
  void page(boolean inOrder) {
    known = inOrder && unique == null;
    first = true;
  }

  /**
   * Takes the next entry, in the order of the tree.
   *
   * @param good whether it is whole and could be read
   */
  void entry(byte[] page, CellCursor cell, boolean good) {
    holds &= good;
    if (!holds) {
      return;
    }
    holds = entries == 0 || known && !first || follows(page, cell);
    first = false;
    entries++;
    lastLocal = cell.localSize();
    lastSize = cell.payloadSize();
    if (last.length < lastLocal) {
      last = new byte[page.length];
    }
    System.arraycopy(page, cell.payloadAt(), last, 0, lastLocal);
  }

  /** Whether there are exactly {@code rows} entries, with nothing against any of them. */
  boolean holds(long rows) {
    return holds && entries == rows;
  }

  private boolean follows(byte[] page, CellCursor cell) {
    return unique == null
        ? compare(whole, page, cell) < 0
        : compare(unique, page, cell) < 0 || hasNull(page, cell) && compare(whole, page, cell) < 0;
  }

  private int compare(KeyOrder order, byte[] page, CellCursor cell) {
    return order.compare(
        last, 0, lastLocal, lastSize, page, cell.payloadAt(), cell.localSize(), cell.payloadSize());
  }

  /** A key with a NULL in it is the same as no other. */
  private boolean hasNull(byte[] page, CellCursor cell) {
    if (record.parse(page, cell.payloadAt(), cell.localSize(), cell.payloadSize())
        != RecordCursor.Result.EXACT) {
      return false;
    }
    for (int i = 0; i < keys; i++) {
      if (record.type(i) == SerialType.NULL) {
        return true;
      }
    }
    return false;
  }
}
