package dev.sqlguard.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupNamesTest {
  @Test
  void slotsAreNumberedFromTheNewest() {
    BackupNames names = BackupNames.beside(Path.of("/d/x.db"));
    assertEquals(Path.of("/d/x.db.bak"), names.series().get(0).slot(0));
    assertEquals(Path.of("/d/x.db.bak.1"), names.series().get(0).slot(1));
    assertEquals(Path.of("/d/x.db.bak.keep"), names.series().get(0).keep(0));
    assertEquals(Path.of("/d/x.db.bak.keep.2"), names.series().get(0).keep(2));
    assertEquals(Path.of("/d/x.db.sqlguard.bak"), names.series().get(1).slot(0));
    assertEquals(Path.of("/d/x.db.sqlguard"), names.state());
  }

  @Test
  void databasesOfTheSameNameDontMeetInOneDirectory() {
    BackupNames one = BackupNames.in(Path.of("/backups"), Path.of("/a/x.db"));
    BackupNames two = BackupNames.in(Path.of("/backups"), Path.of("/b/x.db"));
    assertNotEquals(one.state(), two.state());
    assertEquals(one.state(), BackupNames.in(Path.of("/backups"), Path.of("/a/x.db")).state());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x.db.bak",
        "x.db.bak.1",
        "x.db.bak.17",
        "x.db.bak.keep",
        "x.db.bak.keep.3",
        "x.db.sqlguard.bak.keep.1",
        "x.db.sqlguard.bak",
        "x.db.sqlguard.bak.1",
        "x.db.sqlguard.bak.keep",
        "x.db.corrupt",
        "x.db.corrupt.2",
        "x.db.corrupt-wal",
        "x.db.corrupt.1-journal",
        "x.db.sqlguard",
        "x.db.sqlguard-staged",
        "x.db.sqlguard-install"
      })
  void ownNamesLeadToTheirDatabase(String name) {
    assertEquals(Optional.of("x.db"), BackupNames.stemOf(Path.of("/d", name)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x.db",
        ".bak",
        "x.bakery",
        "x.db.bak.old",
        "x.db.bak.",
        "x.db.bak.keep.",
        "x.db.bak.keep.1x",
        "x.db.bak.keep1",
        "x.corrupted",
        "sqlguard"
      })
  void otherNamesLeadNowhere(String name) {
    assertEquals(Optional.empty(), BackupNames.stemOf(Path.of("/d", name)));
  }
}
