package dev.sqlguard.scan;

/** Damage to the first 100 bytes of the file (file format, section 1.3). */
final class HeaderDamage {
  private static final int[] COUNTS = {28, 32, 36, 28, 52, 64, 36, 28};
  private static final int[] BYTES = {16, 17, 18, 19, 20, 21, 22, 23, 47, 59, 0, 15};
  private static final int FORMAT_AT = 47;
  private static final int ENCODING_AT = 59;
  private static final int SIZE = 100;

  private HeaderDamage() {}

  static boolean strike(Patient patient) {
    switch (patient.random.nextInt(6)) {
      case 4 -> patient.put8(FORMAT_AT, patient.between(1, 4));
      case 5 -> patient.put8(ENCODING_AT, patient.between(1, 3));
      case 0 -> patient.nudge(BYTES[patient.random.nextInt(BYTES.length)]);
      case 1 -> patient.nudge(patient.random.nextInt(SIZE));
      default -> {
        int at = COUNTS[patient.random.nextInt(COUNTS.length)];
        int value = patient.image.u32(at);
        patient.put32(
            at, patient.chance(3) ? patient.wrongNumber(value) : value + patient.between(-2, 2));
      }
    }
    return true;
  }
}
