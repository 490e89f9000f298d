package dev.sqlguard.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.BigEndian;
import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.Varint;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EntryTest {
  private static final int PAGE = 65536;

  /** A record of NULLs. */
  private static void read(Entry entry, int fields) throws IOException {
    byte[] page = new byte[PAGE + BigEndian.PADDING];
    int header = fields + 1;
    while (Varint.size(header) != header - fields) {
      header++;
    }
    int at = Varint.put(page, Varint.put(page, 0, header), 1);
    Varint.put(page, at, header);
    CellCursor cell = new CellCursor(new Geometry(PAGE, PAGE, 9));
    assertTrue(cell.parse(page, BtreePage.LEAF_TABLE, 0));
    Suspicions suspicions = new Suspicions(1);
    assertEquals(Entry.Result.READ, entry.read(page, 2, cell, "t", 0, null, suspicions));
    assertEquals(fields, entry.record().fields());
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** A cell of a hostile page may have had more fields than any record of the tree. */
  @Test
  void copiesAreAsLargeAsTheirRecord() throws IOException {
    Entry entry = new Entry();
    read(entry, 60_000);
    read(entry, 3);
    Entry[] copies = new Entry[200];
    long before = used();
    for (int i = 0; i < copies.length; i++) {
      copies[i] = new Entry();
      copies[i].copyOf(entry);
    }
    long each = (used() - before) / copies.length;
    assertTrue(each < 10_000, each + " bytes each, with " + copies[0].record().fields());
    assertTrue(copies[0].weight() < 1000, copies[0].weight() + " said");
  }

  @Test
  void recordsOfManyFieldsWeighWhatTheyTake() throws IOException {
    Entry entry = new Entry();
    read(entry, 60_000);
    assertTrue(entry.weight() > 900_000, entry.weight() + " said");
  }
}
