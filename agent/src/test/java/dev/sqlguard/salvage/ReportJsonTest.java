package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sqlguard.salvage.TableOutcome.KeyRange;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportJsonTest {
  @Test
  void saysEverything() {
    TableOutcome whole =
        new TableOutcome("a\"b", 5, 0, 0, 0, List.of(), Optional.empty(), List.of());
    TableOutcome torn =
        new TableOutcome(
            "t",
            10,
            1,
            2,
            3,
            List.of(new KeyRange("7", "9"), new KeyRange("", "3"), new KeyRange("12", "")),
            Optional.of(new Violations(1, 2, 3, true, "unknown function: f()")),
            List.of("a rebuilt text index"));
    SalvageReport report =
        new SalvageReport(
            List.of(whole, torn),
            List.of(
                new DamagedPage(4, "t", "zeros where a leaf should be"),
                new DamagedPage(9, "", "no page of a tree")),
            2,
            List.of("view v"),
            4,
            "the database itself",
            List.of("a note"));
    assertEquals(
        """
        {
          "complete": false,
          "rows": 18,
          "fromBackup": 3,
          "quarantined": 5,
          "lost": 3,
          "unattributed": 4,
          "schemaFrom": "the database itself",
          "tables": [
            {
              "name": "a\\"b",
              "kept": 5,
              "fromBackup": 0,
              "quarantined": 0,
              "lost": 0,
              "destroyed": [],
              "violations": null,
              "notes": []
            },
            {
              "name": "t",
              "kept": 10,
              "fromBackup": 3,
              "quarantined": 1,
              "lost": 2,
              "destroyed": [
                {
                  "after": "7",
                  "upTo": "9"
                },
                {
                  "after": null,
                  "upTo": "3"
                },
                {
                  "after": "12",
                  "upTo": null
                }
              ],
              "violations": {
                "check": 3,
                "notNull": 1,
                "strict": 2,
                "more": true,
                "unknown": "unknown function: f()"
              },
              "notes": [
                "a rebuilt text index"
              ]
            }
          ],
          "objectsLost": [
            "view v"
          ],
          "damagedPages": 2,
          "pages": [
            {
              "page": 4,
              "owner": "t",
              "what": "zeros where a leaf should be"
            },
            {
              "page": 9,
              "owner": null,
              "what": "no page of a tree"
            }
          ],
          "notes": [
            "a note"
          ]
        }
        """,
        ReportJson.of(report));
  }
}
