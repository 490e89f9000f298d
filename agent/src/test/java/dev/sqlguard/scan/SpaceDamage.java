package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.DatabaseImage;
import dev.sqlguard.salvage.bench.PageMap.Kind;

/** Damage to what keeps account of the pages. */
final class SpaceDamage {
  private static final int FIRST_TRUNK_AT = 32;
  private static final int FREE_PAGES_AT = 36;
  private static final int LARGEST_ROOT_AT = 52;
  private static final int ENTRY = 5;

  private SpaceDamage() {}

  static boolean freelist(Patient patient) {
    DatabaseImage image = patient.image;
    int trunk = patient.page(Kind.FREELIST_TRUNK);
    int choice = patient.random.nextInt(6);
    if (choice == 0) {
      patient.put32(FREE_PAGES_AT, image.u32(FREE_PAGES_AT) + patient.between(-2, 2));
      return true;
    }
    if (choice == 1 && (trunk != 0 || patient.chance(3))) {
      patient.put32(FIRST_TRUNK_AT, patient.wrongNumber(image.u32(FIRST_TRUNK_AT)));
      return true;
    }
    if (trunk == 0) {
      return false;
    }
    int at = image.at(trunk);
    int leaves = image.u32(at + 4);
    if (choice == 2) {
      patient.put32(at, patient.wrongNumber(image.u32(at)));
    } else if (choice == 3 || leaves == 0) {
      patient.put32(
          at + 4, patient.chance(4) ? patient.random.nextInt() : leaves + patient.between(-2, 2));
    } else {
      int leaf = at + 8 + 4 * patient.random.nextInt(leaves);
      patient.put32(leaf, patient.wrongNumber(image.u32(leaf)));
    }
    return true;
  }

  static boolean pointerMap(Patient patient) {
    DatabaseImage image = patient.image;
    if (image.u32(LARGEST_ROOT_AT) == 0) {
      return false;
    }
    int group = image.usableSize() / ENTRY + 1;
    int maps = (image.pages() - 2) / group + 1;
    int map = 2 + group * patient.random.nextInt(maps);
    int entries = Math.min(group - 1, image.pages() - map);
    if (entries <= 0) {
      return false;
    }
    int at = image.at(map) + ENTRY * patient.random.nextInt(entries);
    switch (patient.random.nextInt(6)) {
      case 0 -> patient.put8(at, patient.between(0, 6));
      case 1 -> image.zero(at, at + ENTRY * patient.between(1, 4));
      case 2 -> patient.nudge(at + patient.random.nextInt(ENTRY));
      case 3 -> {
        int other = image.at(map) + ENTRY * patient.random.nextInt(entries);
        byte[] kept = image.range(at, at + ENTRY);
        image.put(at, image.range(other, other + ENTRY));
        image.put(other, kept);
      }
      default -> patient.put32(at + 1, patient.wrongNumber(image.u32(at + 1)));
    }
    return true;
  }
}
