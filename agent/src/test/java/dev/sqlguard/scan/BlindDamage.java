package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.DatabaseImage;
import java.util.Arrays;

/** Damage by what knows nothing of pages and cells: disks, memory, file systems, lost writes. */
final class BlindDamage {
  private static final int SECTOR = 512;
  private static final int PAGE_COUNT_AT = 28;

  private BlindDamage() {}

  static boolean bits(Patient patient) {
    for (int i = patient.between(1, 3); i > 0; i--) {
      patient.image.flip(place(patient), 1 << patient.random.nextInt(8));
    }
    return true;
  }

  static boolean bytes(Patient patient) {
    int at = place(patient);
    for (int i = patient.between(1, 8); i > 0 && at < patient.image.size(); i--) {
      patient.put8(at, patient.random.nextInt(256));
      at = patient.chance(3) ? place(patient) : at + 1;
    }
    return true;
  }

  /** A byte that means something, mostly. */
  private static int place(Patient patient) {
    int page = patient.page(Patient.TREES);
    if (page == 0 || patient.chance(8)) {
      return patient.random.nextInt(patient.image.size());
    }
    int tree = patient.image.treeAt(page);
    int pointers = patient.pointers(page);
    int cells = patient.cells(page);
    int choice = patient.random.nextInt(8);
    if (choice == 0) {
      return patient.between(tree, pointers - 1);
    }
    if (choice == 1 && cells > 0) {
      return patient.between(pointers, pointers + 2 * cells - 1);
    }
    Cell cell = patient.cell(page);
    return cell == null
        ? patient.image.at(page) + patient.random.nextInt(patient.image.pageSize())
        : patient.between(cell.start(), cell.end() - 1);
  }

  static boolean sector(Patient patient) {
    DatabaseImage image = patient.image;
    int page = patient.anyPage();
    int at = image.at(page) + SECTOR * patient.random.nextInt(image.pageSize() / SECTOR);
    switch (patient.random.nextInt(4)) {
      case 0 -> image.zero(at, at + SECTOR);
      case 1 -> patient.randomize(at, at + SECTOR);
      case 2 -> {
        int other = patient.sibling(page);
        int from = other == 0 ? SECTOR * patient.random.nextInt(image.size() / SECTOR) : at;
        from += other == 0 ? 0 : image.at(other) - image.at(page);
        image.put(at, image.range(from, from + SECTOR));
      }
      default -> {
        DatabaseImage state = patient.one(patient.states);
        if (at + SECTOR > state.size()) {
          return false;
        }
        image.put(at, state.range(at, at + SECTOR));
      }
    }
    return true;
  }

  static boolean page(Patient patient) {
    for (int i = patient.chance(4) ? patient.between(2, 4) : 1; i > 0; i--) {
      int page = patient.anyPage();
      int at = patient.image.at(page);
      int end = at + patient.image.pageSize();
      switch (patient.random.nextInt(4)) {
        case 0 -> patient.image.zero(at, end);
        case 1 -> patient.randomize(at, end);
        case 2 -> patient.image.zero(at + patient.random.nextInt(end - at), end);
        default -> {
          byte[] ones = new byte[end - at];
          Arrays.fill(ones, (byte) 0xff);
          patient.image.put(at, ones);
        }
      }
    }
    return true;
  }

  /** Written where another page belongs, or two to each other's place. */
  static boolean swap(Patient patient) {
    int one = patient.chance(4) ? patient.anyPage() : patient.page(Patient.TREES);
    int other = patient.chance(4) ? patient.anyPage() : patient.sibling(one);
    if (one == 0 || other == 0 || one == other) {
      return false;
    }
    byte[] kept = patient.image.page(one);
    patient.image.put(patient.image.at(one), patient.image.page(other));
    if (patient.chance(2)) {
      patient.image.put(patient.image.at(other), kept);
    }
    return true;
  }

  /** Writes that were lost, of one page, of some, or of all but some. */
  static boolean stale(Patient patient) {
    DatabaseImage image = patient.image;
    DatabaseImage state = patient.one(patient.states);
    int common = Math.min(image.pages(), state.pages());
    boolean most = patient.chance(5);
    int lost = 0;
    int wanted = patient.between(1, 3);
    for (int tries = 0; tries < 4 * common && (most || lost < wanted); tries++) {
      int page = most ? tries % common + 1 : patient.between(1, common);
      byte[] old = state.page(page);
      boolean changed = !Arrays.equals(old, image.page(page));
      boolean chosen = most ? !patient.chance(8) : page > 1 || patient.chance(8);
      if (changed && chosen) {
        image.put(image.at(page), old);
        lost++;
      }
      if (most && tries == common - 1) {
        break;
      }
    }
    return lost > 0;
  }

  /** A file that is cut, or has more behind its end; sometimes its header says the same. */
  static boolean length(Patient patient) {
    DatabaseImage image = patient.image;
    int page = image.pageSize();
    int size = image.size();
    switch (patient.random.nextInt(4)) {
      case 0 -> image.truncate(page * patient.between(1, image.pages()));
      case 1 -> image.truncate(size - patient.random.nextInt(Math.min(size / 2, 3 * page)));
      case 2 -> image.append(new byte[patient.between(1, 2 * page)]);
      default -> image.append(image.page(patient.between(1, image.pages())));
    }
    if (patient.chance(3)) {
      patient.put32(PAGE_COUNT_AT, image.pages());
    }
    return true;
  }
}
