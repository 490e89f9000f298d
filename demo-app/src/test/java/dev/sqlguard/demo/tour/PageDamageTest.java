package dev.sqlguard.demo.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.demo.notebook.Database;
import dev.sqlguard.demo.notebook.Notes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageDamageTest {

  private static final int NOTES = 60;

  @TempDir private Path directory;

  @Test
  void overwrittenLeavesAreDamageThatACopyShows() throws Exception {
    Path file = directory.resolve("notebook.db");
    try (Database database = Database.open(file)) {
      Author author = new Author();
      for (int i = 0; i < NOTES; i++) {
        new Notes(database).create(author.nextDraft());
      }
    }
    try (PrivateCopy copy = PrivateCopy.of(file)) {
      assertTrue(copy.integrity().intact());
      assertEquals(NOTES, copy.rowCounts().tables().get("note"));
    }

    List<Integer> pages = PageDamage.overwriteLeaves(file, "note", 3);

    assertEquals(3, pages.stream().distinct().count());
    try (PrivateCopy copy = PrivateCopy.of(file)) {
      assertFalse(copy.integrity().intact());
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }
}
