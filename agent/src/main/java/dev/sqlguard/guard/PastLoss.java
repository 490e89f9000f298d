package dev.sqlguard.guard;

import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * That a repair may have lost rows. Backups that it didn't see may have them, and come back: on a
 * disk that is mounted again, say. So in each place the newest one is compared with the database
 * once, before it may be rotated, and a single row that it has more is enough.
 *
 * <p>Each such repair has a number, which the state file of a place has too once that is done. No
 * clock says which came first.
 */
final class PastLoss {
  private static final String KIND = "loss";
  private static final String SEEN = "loss-seen";
  private static final String NUMBER = "number";

  private final StateFile home;
  private final StateFile backups;

  /**
   * @param home knows of the repair
   * @param backups knows the backups of one place
   */
  PastLoss(StateFile home, StateFile backups) {
    this.home = home;
    this.backups = backups;
  }

  /** One is about to be installed; saved with its intent. */
  void remember() {
    String number = Long.toHexString(ThreadLocalRandom.current().nextLong());
    home.put(KIND, List.of(StateLine.of(KIND, NUMBER, number)));
  }

  /** Whether the backups here weren't compared since. */
  boolean isUnseen() {
    List<StateLine> lost = home.lines(KIND);
    return !lost.isEmpty() && !number(lost).equals(number(backups.lines(SEEN)));
  }

  /** They were, and what is richer is kept; saved with the record of the next backup. */
  void seen() {
    if (isUnseen()) {
      backups.put(SEEN, List.of(StateLine.of(SEEN, NUMBER, number(home.lines(KIND)))));
    }
  }

  private static String number(List<StateLine> lines) {
    return lines.isEmpty() ? "" : lines.get(0).text(NUMBER);
  }
}
