package dev.sqlguard.scan;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Random;

/** What can happen to the bytes of a database. */
enum DamageKind {
  BITS(BlindDamage::bits),
  BYTES(BlindDamage::bytes),
  SECTORS(BlindDamage::sector),
  PAGES(BlindDamage::page),
  SWAPPED(BlindDamage::swap),
  STALE(BlindDamage::stale),
  LENGTH(BlindDamage::length),
  POINTERS(PointerDamage::strike),
  CELLS(CellDamage::strike),
  INDEX_ENTRY_REMOVED(EntryDamage::remove),
  INDEX_ENTRY_ADDED(EntryDamage::add),
  INDEX_ENTRY_ALTERED(EntryDamage::alter),
  ROW_ALTERED(EntryDamage::alterRow),
  UNIQUE_BROKEN(UniqueDamage::strike),
  RECORD(RecordDamage::strike),
  FREELIST(SpaceDamage::freelist),
  POINTER_MAP(SpaceDamage::pointerMap),
  HEADER(HeaderDamage::strike),
  SCHEMA(SchemaDamage::strike);

  private static final int TRIES = 6;

  private interface Strike {
    /** False where it isn't possible. */
    boolean on(Patient patient) throws IOException, SQLException;
  }

  private final Strike strike;

  DamageKind(Strike strike) {
    this.strike = strike;
  }

  /** The damaged image; null where this can't happen to this database. */
  byte[] inflict(HealthyDatabase healthy, Random random) throws IOException, SQLException {
    for (int i = 0; i < TRIES; i++) {
      Patient patient = new Patient(healthy, random);
      if (strike.on(patient)) {
        byte[] bytes = patient.image.range(0, patient.image.size());
        if (!Arrays.equals(bytes, healthy.bytes())) {
          return bytes;
        }
      }
    }
    return null;
  }
}
