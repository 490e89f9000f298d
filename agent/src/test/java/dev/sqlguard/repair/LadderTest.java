package dev.sqlguard.repair;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sqlguard.verify.Contents;
import dev.sqlguard.verify.Finding;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A salvage of today, or a backup of yesterday. */
class LadderTest {
  private static Contents rows(long notes, long tags) {
    return new Contents(new TreeMap<>(Map.of("notes", notes, "tags", tags)));
  }

  /** What was salvaged has ten of each, and is known to lack rows of {@code notes}. */
  private static Candidate.Way chosen(Contents backup) throws IOException {
    Candidate salvaged =
        new Candidate(
            Candidate.Way.SALVAGED,
            Path.of("salvaged"),
            "",
            rows(10, 10),
            false,
            new Loss(3, Set.of("notes"), false),
            Optional.empty(),
            Optional.empty());
    Candidate earlier = Candidate.ofBackup(Path.of("backup"), "", backup, false);
    Damaged damage = new Damaged(List.of(Finding.headerDestroyed()), true, rows(10, 10), 0);
    Ladder ladder =
        new Ladder(
            List.of(
                (d, passedOver) -> Optional.of(salvaged), (d, passedOver) -> Optional.of(earlier)));
    Ladder.Choice choice = ladder.climb(damage);
    assertEquals(1, choice.others().size());
    return choice.best().orElseThrow().way();
  }

  @Test
  void aBackupThatHasWhatIsMissingAndIsPoorerInNothingWins() throws Exception {
    assertEquals(Candidate.Way.BACKUP, chosen(rows(13, 10)));
  }

  /** Whatever was committed since is in what was salvaged alone. */
  @Test
  void aBackupWithoutTheNewestRowsOfATableDoesNotWin() throws Exception {
    assertEquals(Candidate.Way.SALVAGED, chosen(rows(13, 9)));
    assertEquals(Candidate.Way.SALVAGED, chosen(rows(500, 9)));
  }

  /** They may have been deleted since. */
  @Test
  void moreRowsOfATableThatLacksNoneDoNotCount() throws Exception {
    assertEquals(Candidate.Way.SALVAGED, chosen(rows(10, 500)));
  }
}
