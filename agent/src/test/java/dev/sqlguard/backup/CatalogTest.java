package dev.sqlguard.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.verify.Contents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
