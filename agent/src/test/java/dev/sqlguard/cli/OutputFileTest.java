package dev.sqlguard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  @TempDir Path directory;

  private OutputFile create() throws Exception {
    return OutputFile.create(directory.resolve("out.db"), List.of(), new Disk());
  }

  /** As the guard makes its files, and SQLite what it puts beside them. */
  private static void leave(Path file) throws Exception {
    Files.writeString(file, "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
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
      leave(output.part());
      leave(Path.of(output.part() + "-journal"));
      leave(output.backupCopy());
      leave(output.damagedCopy());
    }
    assertEquals(List.of(), files());
  }

  @Test
  void clearsAwayWhatAKillLeft() throws Exception {
    leave(directory.resolve("out.db.sqlguard-part"));
    leave(directory.resolve("out.db.sqlguard-part-schema"));
    leave(directory.resolve("out.db.sqlguard-part-rows"));
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
