package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.PageMap;
import dev.sqlguard.salvage.bench.PageMap.Kind;

/** Damage to sqlite_schema: statements, names, root pages, whole rows. */
final class SchemaDamage {
  private static final int ROOT = 3;
  private static final int SQL = 4;
  private static final byte[] LETTERS = {' ', '(', ')', ',', '\'', '"', '1', 'a', 'X', '_'};

  private SchemaDamage() {}

  static boolean strike(Patient patient) {
    PageMap.Page page = patient.one(patient.map.pages(PageMap.SCHEMA, Kind.TABLE_LEAF));
    Cell cell = page == null ? null : patient.cell(page.number());
    if (cell == null) {
      return false;
    }
    RecordBytes record = new RecordBytes(patient.image, cell);
    return switch (patient.random.nextInt(8)) {
      case 0 -> row(patient, page.number());
      case 1, 2, 3 -> root(patient, record);
      case 4 -> exchangeRoots(patient, page.number(), record);
      case 5 -> text(patient, patient.one(record.fields));
      default -> text(patient, record.fields.size() > SQL ? record.fields.get(SQL) : record.last());
    };
  }

  private static boolean row(Patient patient, int page) {
    LeafPage leaf = new LeafPage(patient.image, patient.map, page);
    int at = patient.random.nextInt(leaf.cells.size());
    byte[] removed = leaf.cells.remove(at);
    if (patient.chance(3)) {
      leaf.cells.add(patient.random.nextInt(leaf.cells.size() + 1), removed);
    }
    return leaf.write();
  }

  private static boolean root(Patient patient, RecordBytes record) {
    if (record.fields.size() <= ROOT || record.fields.get(ROOT).size() == 0) {
      return false;
    }
    RecordBytes.Field root = record.fields.get(ROOT);
    int value = 0;
    for (int i = 0; i < root.size(); i++) {
      value = value << 8 | patient.image.u8(root.at() + i);
    }
    int other = patient.chance(3) ? otherRoot(patient) : patient.wrongNumber(value);
    for (int i = root.size() - 1; i >= 0; i--) {
      patient.put8(root.at() + i, other);
      other >>= 8;
    }
    return true;
  }

  private static int otherRoot(Patient patient) {
    return patient.one(patient.map.schema()).root();
  }

  private static boolean exchangeRoots(Patient patient, int page, RecordBytes record) {
    RecordBytes other = new RecordBytes(patient.image, patient.cell(page));
    if (record.fields.size() <= ROOT || other.fields.size() <= ROOT) {
      return false;
    }
    RecordBytes.Field one = record.fields.get(ROOT);
    RecordBytes.Field two = other.fields.get(ROOT);
    if (one.size() == 0 || one.size() != two.size()) {
      return false;
    }
    byte[] kept = patient.image.range(one.at(), one.at() + one.size());
    patient.image.put(one.at(), patient.image.range(two.at(), two.at() + two.size()));
    patient.image.put(two.at(), kept);
    return true;
  }

  private static boolean text(Patient patient, RecordBytes.Field field) {
    if (field == null || field.size() == 0) {
      return false;
    }
    for (int i = patient.between(1, 2); i > 0; i--) {
      int at = patient.between(field.at(), field.at() + field.size() - 1);
      switch (patient.random.nextInt(3)) {
        case 0 -> patient.put8(at, LETTERS[patient.random.nextInt(LETTERS.length)]);
        case 1 -> patient.image.flip(at, 0x20);
        default -> patient.nudge(at);
      }
    }
    return true;
  }
}
