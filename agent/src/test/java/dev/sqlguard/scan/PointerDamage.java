package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.DatabaseImage;
import dev.sqlguard.salvage.bench.PageMap;
import dev.sqlguard.salvage.bench.PageMap.Kind;
import java.util.List;

/** Damage to what leads from one place to another. */
final class PointerDamage {
  private PointerDamage() {}

  static boolean strike(Patient patient) {
    return switch (patient.random.nextInt(4)) {
      case 0 -> overflow(patient);
      case 1 -> cellPointer(patient);
      default -> child(patient);
    };
  }

  private static boolean child(Patient patient) {
    DatabaseImage image = patient.image;
    int page = patient.page(Kind.TABLE_INTERIOR, Kind.INDEX_INTERIOR);
    if (page == 0) {
      return false;
    }
    int[] cells = PageMap.cellStarts(image, page);
    int rightMost = image.treeAt(page) + 8;
    int at =
        cells.length == 0 || patient.chance(4)
            ? rightMost
            : cells[patient.random.nextInt(cells.length)];
    if (patient.chance(3) && cells.length > 0) {
      int other = patient.chance(3) ? rightMost : cells[patient.random.nextInt(cells.length)];
      int kept = image.u32(at);
      patient.put32(at, image.u32(other));
      patient.put32(other, kept);
      return true;
    }
    patient.put32(at, patient.wrongNumber(image.u32(at)));
    return true;
  }

  private static boolean cellPointer(Patient patient) {
    int page = patient.page(Patient.TREES);
    int cells = patient.cells(page);
    if (cells == 0) {
      return false;
    }
    int at = patient.pointers(page) + 2 * patient.random.nextInt(cells);
    int other = patient.pointers(page) + 2 * patient.random.nextInt(cells);
    int kept = patient.image.u16(at);
    switch (patient.random.nextInt(4)) {
      case 0 -> patient.put16(at, kept + patient.between(-4, 4));
      case 1 -> patient.put16(at, patient.random.nextInt(patient.image.pageSize()));
      case 2 -> patient.put16(at, patient.image.u16(other));
      default -> {
        patient.put16(at, patient.image.u16(other));
        patient.put16(other, kept);
      }
    }
    return true;
  }

  private static boolean overflow(Patient patient) {
    DatabaseImage image = patient.image;
    if (patient.chance(2)) {
      int page = patient.page(Kind.OVERFLOW);
      if (page == 0) {
        return false;
      }
      int at = image.at(page);
      patient.put32(at, patient.chance(5) ? 0 : patient.wrongNumber(image.u32(at)));
      return true;
    }
    int page = patient.page(Patient.WITH_RECORDS);
    List<Cell> longOnes = patient.map.cells(page);
    longOnes.removeIf(cell -> !cell.overflows());
    Cell cell = patient.one(longOnes);
    if (cell == null) {
      return false;
    }
    int at = cell.payload() + cell.local();
    Cell other = patient.one(longOnes);
    patient.put32(
        at,
        patient.chance(3) ? other.firstOverflowPage(image) : patient.wrongNumber(image.u32(at)));
    return true;
  }
}
