package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.salvage.bench.OddDatabase;
import dev.sqlguard.salvage.bench.OddDatabases;
import dev.sqlguard.salvage.bench.TableDump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every peculiarity of the file format and of SQL, whole and without its beginning. */
class RoundTripTest {
  /** What the header alone knows. */
  private static final List<String> ONLY_IN_THE_HEADER =
      List.of("auto_vacuum", "user_version", "application_id");

  private static final int HEADER = 100;

  @TempDir private Path folder;

  static List<OddDatabase> all() {
    return OddDatabases.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void undamaged(OddDatabase odd) throws Exception {
    Path file = odd.build(folder);
    TableDump before = TableDump.of(file);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertSame(before, salvaged.dump(), true);
    assertEquals(List.of(), salvaged.report().objectsLost());
    assertEquals(0, salvaged.report().lost());
  }

  @ParameterizedTest
  @MethodSource("all")
  void headerZeroed(OddDatabase odd) throws Exception {
    Path file = odd.build(folder);
    TableDump before = TableDump.of(file);
    zero(file, HEADER);
    Salvaged salvaged = Salvaged.of(file);
    assertEquals(List.of(), salvaged.findings());
    assertSame(before, salvaged.dump(), false);
  }

  @ParameterizedTest
  @MethodSource("all")
  void headerZeroedAndABackup(OddDatabase odd) throws Exception {
    Path file = odd.build(folder);
    TableDump before = TableDump.of(file);
    Path backup = Files.copy(file, folder.resolve("backup"));
    zero(file, HEADER);
    Salvaged salvaged = Salvaged.with(backup, file);
    assertEquals(List.of(), salvaged.findings());
    assertSame(before, salvaged.dump(), true);
  }

  @ParameterizedTest
  @MethodSource("all")
  void firstPageZeroed(OddDatabase odd) throws Exception {
    Path file = odd.build(folder);
    int pageSize = Integer.parseInt(TableDump.of(file).pragmas().get("page_size"));
    int rows = ordinaryRows(TableDump.of(file));
    zero(file, pageSize);
    Salvaged salvaged;
    try {
      salvaged = Salvaged.of(file);
    } catch (NothingToSaveException e) {
      assertTrue(rows == 0, e.getMessage());
      return;
    }
    assertEquals(List.of(), salvaged.findings());
    int there = ordinaryRows(salvaged.dump()) + salvaged.quarantined().size();
    assertTrue(there >= rows, there + " of " + rows);
  }

  @ParameterizedTest
  @MethodSource("all")
  void firstPageZeroedAndABackup(OddDatabase odd) throws Exception {
    Path file = odd.build(folder);
    TableDump before = TableDump.of(file);
    Path backup = Files.copy(file, folder.resolve("backup"));
    zero(file, Integer.parseInt(before.pragmas().get("page_size")));
    Salvaged salvaged = Salvaged.with(backup, file);
    assertEquals(List.of(), salvaged.findings());
    assertSame(before, salvaged.dump(), true);
  }

  private static void zero(Path file, int bytes) throws Exception {
    byte[] image = Files.readAllBytes(file);
    Arrays.fill(image, 0, bytes, (byte) 0);
    Files.write(file, image);
  }

  /** Those of virtual tables stand in their shadow tables. */
  private static int ordinaryRows(TableDump dump) {
    int rows = 0;
    for (String table : dump.tables().keySet()) {
      String sql = dump.schema().getOrDefault("table " + table, "");
      boolean counts = !Salvaged.isQuarantine(table) && !sql.startsWith("CREATE VIRTUAL");
      rows += counts ? dump.tables().get(table).size() : 0;
    }
    return rows;
  }

  private static void assertSame(TableDump before, TableDump after, boolean settings) {
    Map<String, List<String>> tables = new TreeMap<>(after.contents());
    tables.keySet().removeIf(Salvaged::isQuarantine);
    assertEquals(before.contents(), tables);
    Map<String, String> schema = new TreeMap<>(after.schema());
    schema.keySet().removeIf(key -> Salvaged.isQuarantine(key.substring(key.indexOf(' ') + 1)));
    assertEquals(before.schema(), schema);
    Map<String, String> pragmas = new TreeMap<>(after.pragmas());
    Map<String, String> expected = new TreeMap<>(before.pragmas());
    if (!settings) {
      pragmas.keySet().removeAll(ONLY_IN_THE_HEADER);
      expected.keySet().removeAll(ONLY_IN_THE_HEADER);
    }
    assertEquals(expected, pragmas);
  }
}
