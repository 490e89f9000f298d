package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.PageMap;
import dev.sqlguard.salvage.bench.PageMap.Kind;
import java.nio.ByteBuffer;
import java.util.List;

/** Damage that leaves every page well-formed: the wrong entries in it, or the wrong rows. */
final class EntryDamage {
  private static final int TRIES = 10;
  private static final int REAL = 7;
  private static final double[] ODD_REALS = {
    0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, 1.0, 0x1p53, 0x1p63
  };

  private EntryDamage() {}

  /** Taken out of a leaf, or replaced by its neighbour so that the number of entries is right. */
  static boolean remove(Patient patient) {
    LeafPage leaf = leaf(patient);
    if (leaf == null || leaf.cells.isEmpty()) {
      return false;
    }
    int from = patient.random.nextInt(leaf.cells.size());
    int count = patient.chance(4) ? patient.between(1, leaf.cells.size() - from) : 1;
    for (int i = 0; i < count; i++) {
      byte[] removed = leaf.cells.remove(from);
      if (patient.chance(6) && from > 0) {
        leaf.cells.add(from, leaf.cells.get(from - 1));
        return leaf.cells.get(from) != removed && leaf.write();
      }
    }
    return leaf.write();
  }

  /** A second time, or once more with another key or rowid. */
  static boolean add(Patient patient) {
    LeafPage leaf = leaf(patient);
    if (leaf == null || leaf.cells.isEmpty()) {
      return false;
    }
    int at = patient.random.nextInt(leaf.cells.size());
    byte[] added = leaf.cells.get(at).clone();
    if (!patient.chance(4)) {
      int last = added.length - (patient.chance(3) ? patient.between(1, added.length) : 1);
      added[last] += (byte) (patient.chance(2) ? 1 : -1);
    }
    leaf.cells.add(patient.chance(2) ? at : at + 1, added);
    return leaf.write();
  }

  private static LeafPage leaf(Patient patient) {
    int page = patient.page(Kind.INDEX_LEAF);
    return page == 0 ? null : new LeafPage(patient.image, patient.map, page);
  }

  static boolean alter(Patient patient) {
    return alter(patient, patient.page(Kind.INDEX_LEAF, Kind.INDEX_INTERIOR));
  }

  static boolean alterRow(Patient patient) {
    int page = patient.page(Kind.TABLE_LEAF);
    return page > 1 && alter(patient, page);
  }

  private static boolean alter(Patient patient, int page) {
    Cell cell = patient.cell(page);
    if (cell == null || cell.size() == 0) {
      return false;
    }
    if (patient.chance(3)) {
      boolean done = patient.chance(2) && exchange(patient, cell, page);
      for (int i = 0; i < TRIES && !done; i++) {
        done = exchangeAcross(patient, patient.cell(page), page);
      }
      return done;
    }
    RecordBytes.Field field = field(patient, new RecordBytes(patient.image, cell));
    if (field == null || field.size() == 0) {
      return false;
    }
    if (field.type() == REAL && patient.chance(2)) {
      double odd = ODD_REALS[patient.random.nextInt(ODD_REALS.length)];
      patient.image.put(field.at(), ByteBuffer.allocate(8).putDouble(odd).array());
      return true;
    }
    int at = patient.between(field.at(), field.at() + field.size() - 1);
    switch (patient.random.nextInt(4)) {
      case 0 -> patient.image.flip(at, 0x20);
      case 1 -> patient.put8(at, 0);
      default -> patient.nudge(patient.chance(2) ? field.at() + field.size() - 1 : at);
    }
    return true;
  }

  private static RecordBytes.Field field(Patient patient, RecordBytes record) {
    return patient.chance(2) ? record.last() : patient.one(record.fields);
  }

  /** The contents of two cells of the same size, or of as much of them as has the same size. */
  private static boolean exchange(Patient patient, Cell one, int page) {
    List<Cell> others = patient.map.cells(page);
    others.removeIf(
        cell ->
            cell.start() == one.start()
                || cell.size() != one.size()
                || cell.payload() - cell.start() != one.payload() - one.start());
    Cell other = patient.one(others);
    if (other == null) {
      return false;
    }
    boolean whole = patient.chance(2);
    int a = whole ? one.start() : one.payload();
    int b = whole ? other.start() : other.payload();
    int length = one.end() - a;
    if (patient.chance(3)) {
      int part = patient.random.nextInt(length);
      a += part;
      b += part;
      length -= part;
    }
    byte[] kept = patient.image.range(a, a + length);
    patient.image.put(a, patient.image.range(b, b + length));
    patient.image.put(b, kept);
    return true;
  }

  /** An entry changes places with one of another page, its neighbour in the order if possible. */
  private static boolean exchangeAcross(Patient patient, Cell one, int page) {
    PageMap.Page there = patient.map.page(page);
    int other =
        there.kind() == Kind.INDEX_INTERIOR
            ? patient.image.u32(one.start())
            : patient.chance(2) ? there.parent() : patient.sibling(page);
    PageMap.Page target = other == 0 ? null : patient.map.page(other);
    if (target == null || !target.object().equals(there.object())) {
      return false;
    }
    List<Cell> cells = patient.map.cells(other);
    if (there.kind() == Kind.INDEX_INTERIOR && patient.chance(2) && !cells.isEmpty()) {
      cells = List.of(cells.get(cells.size() - 1));
    }
    Cell two = patient.one(cells.stream().filter(cell -> cell.size() == one.size()).toList());
    if (two == null || one.overflows() || one.local() != two.local()) {
      return false;
    }
    byte[] kept = patient.image.range(one.payload(), one.payload() + one.local());
    byte[] taken = patient.image.range(two.payload(), two.payload() + two.local());
    patient.image.put(one.payload(), taken);
    patient.image.put(two.payload(), kept);
    return true;
  }
}
