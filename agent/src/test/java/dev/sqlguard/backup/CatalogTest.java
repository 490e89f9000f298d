package dev.sqlguard.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.verify.Contents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory of backups, over years and through changes of the clock. */
class CatalogTest {
  @TempDir Path directory;

  private final Disk disk = new Disk();
  private StateFile state;
  private BackupNames names;

  @BeforeEach
  void openState() throws Exception {
    Path main = Files.write(directory.resolve("a.db"), new byte[10]);
    names = BackupNames.beside(main);
    FileStat model = FileStat.ofEntry(main).orElseThrow();
    state = StateFile.open(names.state(), model, disk, 0).orElseThrow();
  }

  @AfterEach
  void closeState() throws Exception {
    state.close();
  }

  private static Contents manyTables(int count) {
    TreeMap<String, Long> rows = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      rows.put("Prüfmaß der größten Übergabemenge für Straße Nr. " + i, 1_000_000L + i);
    }
    return new Contents(rows);
  }

  private BackupRecord record(Path file, long madeAt, Contents contents) throws Exception {
    FileStat stat = FileStat.ofEntry(file).orElseThrow();
    return BackupRecord.of(stat, Catalog.hashOf(file), madeAt, false, true, contents);
  }

  /** One backup at every start, of a database with hundreds of tables. */
  @Test
  void remembersTheNewestHoweverManyThereWere() throws Exception {
    Catalog catalog = new Catalog(state, names, disk);
    Path slot = names.series().get(0).slot(0);
    for (int i = 0; i < 500; i++) {
      Path next = Files.writeString(directory.resolve("next"), "backup " + i);
      catalog.add(record(next, 1_700_000_000_000L + i, manyTables(220)));
      disk.rename(next, slot);
      assertTrue(catalog.identify(slot).isPresent(), "backup " + i);
    }
  }

  /** Half of them are longer than a slot of the state file by their names alone. */
  @Test
  void aDatabaseOfThousandsOfTablesIsRemembered() throws Exception {
    Path slot = names.series().get(0).slot(0);
    for (int i = 0; i < 500; i++) {
      Catalog catalog = new Catalog(state, names, disk);
      Path next = Files.writeString(directory.resolve("next"), "backup " + i);
      Contents contents = manyTables(i % 2 == 0 ? 2000 : 100);
      catalog.add(record(next, 1_700_000_000_000L + i, contents));
      disk.rename(next, slot);
      Catalog reread = new Catalog(state, names, disk);
      BackupRecord known = reread.identify(slot).orElseThrow();
      assertEquals(contents.rows(), known.rows());
      assertEquals(contents.tables(), known.tables());
      assertEquals(i % 2 == 0 ? Optional.empty() : Optional.of(contents), known.contents());
    }
  }

  @Test
  void theNamesOfTablesAreWhatTheyWere() throws Exception {
    TreeMap<String, Long> rows = new TreeMap<>();
    for (String name :
        List.of("plain", "with space:7", "a\nb", "a\\nb", "50%25", "+=&", "ß\\", "")) {
      rows.put(name, (long) rows.size());
    }
    Path file = Files.writeString(names.series().get(0).slot(0), "content");
    new Catalog(state, names, disk).add(record(file, 0, new Contents(rows)));
    state.close();
    state = StateFile.open(names.state(), FileStat.privateTo(directory), disk, 0).orElseThrow();
    BackupRecord known = new Catalog(state, names, disk).identify(file).orElseThrow();
    assertEquals(Optional.of(new Contents(rows)), known.contents());
  }

  @Test
  void whatStillExistsIsNeverForgotten() throws Exception {
    List<Path> existing = new ArrayList<>(names.series().get(0).slots(BackupNames.MOST_SLOTS));
    existing.addAll(names.series().get(0).keeps());
    for (Path file : existing) {
      Files.writeString(file, "holds " + file.getFileName());
      new Catalog(state, names, disk).add(record(file, 0, manyTables(3)));
    }
    for (int i = 0; i < 300; i++) {
      Path gone = Files.writeString(directory.resolve("gone"), "backup " + i);
      new Catalog(state, names, disk).add(record(gone, 0, manyTables(3)));
      Files.delete(gone);
    }
    Catalog catalog = new Catalog(state, names, disk);
    for (Path file : existing) {
      assertTrue(catalog.identify(file).isPresent(), file.toString());
    }
    assertTrue(state.lines(BackupRecord.KIND).size() < existing.size() + 60);
  }

  /** A board without a battery starts in the past until it has asked the network. */
  @Test
  void theNewestIsTheOneInTheFirstSlotWhateverTheClockSaid() throws Exception {
    Catalog catalog = new Catalog(state, names, disk);
    Path older = Files.writeString(names.series().get(0).slot(1), "older");
    catalog.add(record(older, 2_000_000_000_000L, manyTables(1)));
    Path newest = Files.writeString(names.series().get(0).slot(0), "newest");
    catalog.add(record(newest, 1_000_000_000_000L, manyTables(1)));
    assertEquals(
        List.of(newest, older), catalog.entries().stream().map(Catalog.Entry::file).toList());
  }

  /** Somebody's file in the ordinary series sends backups to the second one, for as long. */
  @Test
  void seriesAreMergedInTheOrderInWhichTheirBackupsWereMade() throws Exception {
    Catalog catalog = new Catalog(state, names, disk);
    BackupNames.Series first = names.series().get(0);
    BackupNames.Series second = names.series().get(1);
    List<Path> made =
        List.of(first.keep(0), first.slot(1), second.slot(1), second.slot(0), first.slot(0));
    for (Path file : made) {
      Files.writeString(file, "holds " + file.getFileName());
      catalog.add(record(file, 1_000_000_000_000L - made.indexOf(file), manyTables(1)));
    }
    assertEquals(
        List.of(first.slot(0), second.slot(0), second.slot(1), first.slot(1), first.keep(0)),
        catalog.entries().stream().map(Catalog.Entry::file).toList());
  }
}
