package dev.sqlguard.salvage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OddDatabasesTest {
  @TempDir private Path folder;

  private static List<String> integrity(Path database) throws Exception {
    try (Connection db = RowCursor.open(database)) {
      return TableShape.strings(db, "PRAGMA integrity_check");
    }
  }

  private Path build(String name) throws Exception {
    return OddDatabases.named(name).build(folder);
  }

  private TableDump dump(String name) throws Exception {
    return TableDump.of(build(name));
  }

  static List<OddDatabase> all() {
    return OddDatabases.all();
  }

  @Test
  void namesAreUnique() {
    Set<String> names = new HashSet<>();
    OddDatabases.all().forEach(d -> assertTrue(names.add(d.name()), d.name()));
  }

  @ParameterizedTest
  @MethodSource("all")
  void eachIsSoundButForWhatItIsAbout(OddDatabase odd) throws Exception {
    Path file = odd.build(folder);
    List<String> findings = integrity(file);
    if (odd.name().equals("check-violators")) {
      // Not every version of SQLite looks at them.
      assertTrue(TableDump.of(file).tables().get("t").contains("[1] 1, -49, 'e'"));
    } else if (odd.name().endsWith("-violators")) {
      assertNotEquals(List.of("ok"), findings);
    } else if (odd.name().startsWith("orphan-page")) {
      assertEquals(1, findings.size());
      assertTrue(findings.get(0).contains("never used"), findings.toString());
    } else {
      assertEquals(List.of("ok"), findings);
    }
    assertFalse(TableDump.of(file).tables().values().stream().allMatch(List::isEmpty));
  }

  /** The walker that damages and counts must understand all of them. */
  @ParameterizedTest
  @MethodSource("all")
  void theWalkerCountsAsManyRowsAsSqlite(OddDatabase odd) throws Exception {
    Path file = odd.build(folder);
    assertEquals(Original.read(file, "common").rows(), Ceiling.of(file, file).intact());
  }

  @ParameterizedTest
  @MethodSource("all")
  void aVacuumedCopyHasTheSameContents(OddDatabase odd) throws Exception {
    Path file = odd.build(folder);
    Path copy = folder.resolve("copy.db");
    try (Connection db = RowCursor.open(file)) {
      db.createStatement().execute("VACUUM INTO '" + copy + "'");
    }
    assertEquals(TableDump.of(file).contents(), TableDump.of(copy).contents());
  }

  @Test
  void valuesAreShownExactly() throws Exception {
    assertEquals(
        List.of(
            "[1] 1, t'610062'",
            "[2] 2, t'00'",
            "[3] 3, t'0000ff00'",
            "[4] 4, ''",
            "[5] 5, 'a'",
            "[6] 6, x''"),
        dump("nul-in-text").tables().get("t"));
    List<String> numbers = dump("extreme-numbers").tables().get("t");
    assertTrue(numbers.contains("[0] 0, -0.0, 0.0"), numbers.toString());
    assertTrue(numbers.contains("[2] 2, 128, Infinity"), numbers.toString());
    assertTrue(dump("integers-in-real-columns").tables().get("t").contains("[1] 1, 1.0, 1, 1"));
  }

  @Test
  void theFilesAreWhatTheirNamesSay() throws Exception {
    assertEquals(8, Files.readAllBytes(build("reserved-8"))[20]);
    assertEquals((byte) 255, Files.readAllBytes(build("reserved-255"))[20]);
    assertEquals("512", dump("reserved-32-page-512").pragmas().get("page_size"));
    assertEquals("65536", dump("page-size-65536").pragmas().get("page_size"));
    assertEquals("1", dump("auto-vacuum-full").pragmas().get("auto_vacuum"));
    assertEquals("2", dump("auto-vacuum-incremental").pragmas().get("auto_vacuum"));
    assertEquals("UTF-16be", dump("utf-16be").pragmas().get("encoding"));
    assertTrue(
        new String(Files.readAllBytes(build("deleted-rows")), StandardCharsets.ISO_8859_1)
            .contains("DELETED "));
    assertTrue(
        dump("deleted-rows").tables().get("t").stream().noneMatch(r -> r.contains("DELETED")));
  }

  @Test
  void theRowidOfADescendingKeyIsItsOwn() throws Exception {
    assertTrue(dump("integer-primary-key-desc").tables().get("t").contains("[1] 9993, 'x1'"));
  }

  @Test
  void contentsLeaveShadowTablesOut() throws Exception {
    TableDump dump = dump("fts5");
    assertTrue(dump.tables().containsKey("f_data"));
    assertTrue(dump.contents().containsKey("f"));
    assertFalse(dump.contents().containsKey("f_data"));
  }
}
