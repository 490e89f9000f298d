package dev.sqlguard.demo.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTableTest {

  @Test
  void longCellsAreWrappedAndAChapterIsNamedOnce() {
    String table =
        FindingsTable.of(
            List.of(
                new Finding("1 start", "short", "yes", true),
                new Finding(
                    "1 start", "a promise that is longer than its column is wide", "no", false)));

    assertEquals(
        """
        chapter             promised                                    seen                                          result
        ------------------  ------------------------------------------  --------------------------------------------  ------
        1 start             short                                       yes                                           OK
                            a promise that is longer than its column    no                                            FAILED
                            is wide
        """,
        table);
  }
}
