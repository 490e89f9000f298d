package dev.sqlguard.guard;

import dev.sqlguard.backup.Origin;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verdict.CannotTell;
import dev.sqlguard.verify.Verdict.Cause;
import dev.sqlguard.verify.Verdict.Damaged;
import java.util.Optional;

/**
 * What a private copy of a database showed.
 *
 * @param checked whether the verdict is that of a check by SQLite
 * @param origin the files that were copied; empty for an online copy
 * @param wal whether the database is in WAL mode; empty where its header doesn't tell
 * @param obstacle why even proven damage must not lead to a replacement
 * @param note for people, after the verdict; may be empty
 * @param encrypted the copy is readable only with the application's key
 * @param commitsBehindDamage of its WAL: see {@link
 *     dev.sqlguard.format.WalImage#commitsBehindDamage}
 * @param imageHash of the copy, see {@link dev.sqlguard.format.ImageHash}; empty where it hasn't
 *     been computed
 */
record Examination(
    Verdict verdict,
    boolean checked,
    Optional<Origin> origin,
    Optional<Boolean> wal,
    Optional<String> obstacle,
    String note,
    boolean encrypted,
    Optional<String> commitsBehindDamage,
    Optional<String> imageHash) {

  static Examination cannotTell(String reason) {
    CannotTell verdict = new CannotTell(Cause.OTHER, reason);
    return new Examination(
        verdict,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        "",
        false,
        Optional.empty(),
        Optional.empty());
  }

  boolean isCheckedAndDamaged() {
    return checked && verdict instanceof Damaged;
  }

  /** With the verdict of somebody who knows better. */
  Examination overruled(Verdict better, String why) {
    return new Examination(
        better,
        checked,
        origin,
        wal,
        Optional.empty(),
        why,
        encrypted,
        commitsBehindDamage,
        Optional.empty());
  }
}
