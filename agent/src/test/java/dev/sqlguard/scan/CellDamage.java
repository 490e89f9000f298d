package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.DatabaseImage;
import dev.sqlguard.salvage.bench.PageMap;

/** Damage to the way in which a page holds its cells. */
final class CellDamage {
  private static final int[] TYPES = {2, 5, 10, 13, 0};

  private CellDamage() {}

  static boolean strike(Patient patient) {
    int page = patient.page(Patient.TREES);
    DatabaseImage image = patient.image;
    int tree = image.treeAt(page);
    switch (patient.random.nextInt(8)) {
      case 0 -> patient.put8(tree, TYPES[patient.random.nextInt(TYPES.length)]);
      case 1 -> patient.put16(tree + 1, near(patient, image.u16(tree + 1)));
      case 2 -> patient.put16(tree + 3, image.u16(tree + 3) + patient.between(-2, 2));
      case 3 -> patient.put16(tree + 5, near(patient, image.u16(tree + 5)));
      case 4 -> patient.put8(tree + 7, image.u8(tree + 7) + patient.between(-3, 3));
      case 5 -> {
        int block = image.u16(tree + 1);
        if (block == 0) {
          return false;
        }
        int at = image.at(page) + block + 2 * patient.random.nextInt(2);
        patient.put16(at, near(patient, image.u16(at)));
      }
      default -> {
        return start(patient, page);
      }
    }
    return true;
  }

  private static int near(Patient patient, int value) {
    return switch (patient.random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> patient.random.nextInt(patient.image.pageSize());
      default -> value + patient.between(-5, 5);
    };
  }

  /** Its size, its rowid, the number of its child. */
  private static boolean start(Patient patient, int page) {
    int[] starts = PageMap.cellStarts(patient.image, page);
    if (starts.length == 0) {
      return false;
    }
    int start = starts[patient.random.nextInt(starts.length)];
    Cell cell = patient.cell(page);
    if (cell != null) {
      patient.nudge(patient.between(cell.start(), cell.payload() - 1));
    } else {
      patient.nudge(start + patient.random.nextInt(6));
    }
    return true;
  }
}
