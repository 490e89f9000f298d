package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The values of a row as hashes, for asking whether one record's values all stand in another. */
final class RowValues {
  /** Of shorter texts many are a part of any other. */
  private static final int SHORTEST_PART = 3;

  private final EntryHash hash;

  RowValues(Pages pages) {
    this.hash = new EntryHash(new Payloads(pages));
  }

  /**
   * @param rowids whether the cell has a rowid, which counts as a value too
   * @return sorted; null where they can't be read
   */
  long[] of(byte[] page, CellCursor cell, boolean rowids) throws IOException {
    if (!hash.read(page, cell, Integer.MAX_VALUE)) {
      return null;
    }
    int fields = hash.fields();
    long[] values = new long[fields + (rowids ? 1 : 0)];
    for (int i = 0; i < fields; i++) {
      values[i] = hash.value(i);
    }
    if (rowids) {
      values[fields] = EntryHash.integer(cell.rowid());
    }
    Arrays.sort(values);
    return values;
  }

  /** The last value of an index's entry, which is the rowid where the table has one. */
  long lastInteger(byte[] page, CellCursor cell) throws IOException {
    return hash.read(page, cell, Integer.MAX_VALUE) ? hash.lastInteger() : 0;
  }

  /** How many fields the record has that was looked at last. */
  int fields() {
    return hash.fields();
  }

  /** The first values of the record that was looked at last, in its own order. */
  long[] beginning(int length) {
    long[] values = new long[Math.min(length, hash.fields())];
    for (int i = 0; i < values.length; i++) {
      values[i] = hash.value(i);
    }
    return values;
  }

  /** The texts of a record as they are stored. */
  List<byte[]> texts(byte[] page, CellCursor cell) throws IOException {
    List<byte[]> texts = new ArrayList<>();
    for (int i = 0; hash.read(page, cell, Integer.MAX_VALUE) && i < hash.fields(); i++) {
      byte[] text = hash.text(i);
      if (text != null) {
        texts.add(text);
      }
    }
    return texts;
  }

  /**
   * Whether a row has each value of an entry, where a text may be a part of one of the row's, and
   * in other letters: what lower(), substr() or json_extract() make of it.
   *
   * @param row its values, sorted
   * @param entry its values, sorted
   */
  static boolean containsFolded(
      long[] row, long[] entry, List<byte[]> rowTexts, List<byte[]> entryTexts) {
    int same = 0;
    for (long value : entry) {
      same += Arrays.binarySearch(row, value) >= 0 ? 1 : 0;
    }
    int folded = 0;
    for (byte[] text : entryTexts) {
      boolean found = false;
      for (byte[] whole : rowTexts) {
        if (Arrays.equals(text, whole)) {
          // Counted among those that are the same.
          found = false;
          break;
        }
        found |= text.length >= SHORTEST_PART && isPart(text, whole);
      }
      folded += found ? 1 : 0;
    }
    return folded > 0 && same + folded == entry.length;
  }

  private static boolean isPart(byte[] part, byte[] whole) {
    for (int from = 0; from + part.length <= whole.length; from++) {
      int i = 0;
      while (i < part.length && fold(part[i]) == fold(whole[from + i])) {
        i++;
      }
      if (i == part.length) {
        return true;
      }
    }
    return false;
  }

  /** As SQLite's own functions do: letters of ASCII only. */
  private static int fold(byte letter) {
    return letter >= 'A' && letter <= 'Z' ? letter + 'a' - 'A' : letter;
  }

  static boolean contains(long[] row, long[] entry) {
    for (long value : entry) {
      if (Arrays.binarySearch(row, value) < 0) {
        return false;
      }
    }
    return true;
  }
}
