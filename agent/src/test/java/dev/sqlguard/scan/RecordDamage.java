package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.PageMap.Kind;
import java.util.List;

/** Damage to what a record says of its values. */
final class RecordDamage {
  private RecordDamage() {}

  static boolean strike(Patient patient) {
    int page = patient.page(Patient.WITH_RECORDS);
    Cell cell = patient.cell(page);
    if (page == 1 || cell == null || cell.size() == 0) {
      return false;
    }
    RecordBytes record = new RecordBytes(patient.image, cell);
    RecordBytes.Field field = patient.one(record.fields);
    if (field == null) {
      return false;
    }
    int at = field.typeAt();
    switch (patient.random.nextInt(6)) {
      case 0 -> patient.nudge(cell.payload());
      case 1 -> patient.nudge(at);
      case 2 -> patient.image.flip(at, 1);
      case 3 -> patient.put8(at, patient.random.nextInt(14));
      case 4 -> {
        RecordBytes.Field other = patient.one(record.fields);
        int kept = patient.image.u8(at);
        patient.put8(at, patient.image.u8(other.typeAt()));
        patient.put8(other.typeAt(), kept);
      }
      default -> {
        return widen(patient, page);
      }
    }
    return true;
  }

  /** The same integer in more bytes, which is odd, but no damage; or another one. */
  private static boolean widen(Patient patient, int page) {
    if (patient.map.page(page).kind() == Kind.INDEX_INTERIOR) {
      return false;
    }
    List<Cell> cells = patient.map.cells(page);
    int chosen = patient.random.nextInt(cells.size());
    Cell cell = cells.get(chosen);
    RecordBytes record = new RecordBytes(patient.image, cell);
    List<RecordBytes.Field> small = record.fields.stream().filter(f -> f.type() == 1).toList();
    RecordBytes.Field field = patient.one(small);
    boolean oneByteSize = cell.size() < 0x7f && !cell.overflows();
    if (field == null || !oneByteSize) {
      return false;
    }
    LeafPage leaf = new LeafPage(patient.image, patient.map, page);
    int valueAt = field.at() - cell.start();
    byte[] old = leaf.cells.get(chosen);
    byte[] wide = new byte[cell.end() - cell.start() + 1];
    System.arraycopy(old, 0, wide, 0, valueAt);
    System.arraycopy(old, valueAt, wide, valueAt + 1, cell.end() - cell.start() - valueAt);
    wide[0]++;
    wide[field.typeAt() - cell.start()] = 2;
    wide[valueAt] = (byte) (old[valueAt] < 0 != patient.chance(4) ? -1 : 0);
    leaf.cells.set(chosen, wide);
    return leaf.write();
  }
}
