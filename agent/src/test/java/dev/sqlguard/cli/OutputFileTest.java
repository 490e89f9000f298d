package dev.sqlguard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  @TempDir Path directory;

  private OutputFile create() throws Exception {
    return OutputFile.create(directory.resolve("out.db"), List.of(), new Disk());
  }

  private List<String> files() throws Exception {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void hasItsNameOnlyWhenItIsComplete() throws Exception {
    try (OutputFile output = create()) {
      Files.writeString(output.part(), "content");
      assertFalse(Files.exists(output.file()));
      output.publish(FileStat.privateTo(directory));
    }
    assertEquals(List.of("out.db"), files());
    assertEquals("content", Files.readString(directory.resolve("out.db")));
  }

  @Test
  void leavesNothingOtherwise() throws Exception {
    try (OutputFile output = create()) {
      Files.writeString(output.part(), "content");
      Files.writeString(Path.of(output.part() + "-journal"), "journal");
      Files.writeString(output.backupCopy(), "backup");
      Files.writeString(output.damagedCopy(), "damaged");
    }
    assertEquals(List.of(), files());
  }

  @Test
  void clearsAwayWhatAKillLeft() throws Exception {
    Files.writeString(directory.resolve("out.db.sqlguard-part"), "old");
    Files.writeString(directory.resolve("out.db.sqlguard-part-schema"), "old");
    Files.writeString(directory.resolve("out.db.sqlguard-part-rows"), "old");
    try (OutputFile output = create()) {
      assertFalse(Files.exists(output.part()));
      assertEquals(List.of(), files());
    }
  }

  @Test
  void neverReplacesWhatHasComeToExist() throws Exception {
    try (OutputFile output = create()) {
      Files.writeString(output.part(), "content");
      Files.writeString(output.file(), "mine");
      assertThrows(Refusal.class, () -> output.publish(FileStat.privateTo(directory)));
    }
    assertEquals(List.of("out.db"), files());
    assertEquals("mine", Files.readString(directory.resolve("out.db")));
  }
}
