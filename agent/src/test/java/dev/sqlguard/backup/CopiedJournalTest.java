package dev.sqlguard.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a journal goes beside a copy depends on the file that it names. */
class CopiedJournalTest {
  @TempDir Path directory;

  private Path journal(String superJournal) throws IOException {
    byte[] name = superJournal.getBytes(StandardCharsets.UTF_8);
    int sum = 0;
    for (byte b : name) {
      sum += b;
    }
    ByteBuffer bytes = ByteBuffer.allocate(512 + name.length + 16);
    bytes.position(512).put(name).putInt(name.length).putInt(sum).putLong(0xd9d505f920a163d7L);
    return Files.write(directory.resolve("a-journal"), bytes.array());
  }

  private boolean isCopied(String superJournal) throws IOException {
    Path copy = directory.resolve("copy-journal");
    Files.deleteIfExists(copy);
    try (FileBytes journal = new FileBytes(journal(superJournal))) {
      CopiedJournal.write(journal, copy, new Disk());
      assertTrue(CopiedJournal.isIn(copy, journal));
      return Files.exists(copy);
    }
  }

  @Test
  void itCountsWhereTheFileExists() throws Exception {
    Path file = Files.writeString(directory.resolve("full"), "x");
    assertTrue(isCopied(file.toString()));
    assertTrue(isCopied(Files.createSymbolicLink(directory.resolve("link"), file).toString()));
    assertTrue(isCopied(directory.toString()));
  }

  @Test
  void itDoesNotCountWhereTheFileIsMissing() throws Exception {
    Path empty = Files.createFile(directory.resolve("empty"));
    assertFalse(isCopied(empty.toString()), "for SQLite an empty file is none");
    assertFalse(isCopied(directory.resolve("missing").toString()));
    assertFalse(isCopied(empty + "/below-a-file"));
  }

  @Test
  void aFileThatHasComeOrGoneMakesAnotherCopy() throws Exception {
    Path file = directory.resolve("file");
    Path copy = directory.resolve("copy-journal");
    assertFalse(isCopied(file.toString()));
    try (FileBytes journal = new FileBytes(directory.resolve("a-journal"))) {
      Files.writeString(file, "x");
      assertFalse(CopiedJournal.isIn(copy, journal));
      CopiedJournal.write(journal, copy, new Disk());
      assertTrue(CopiedJournal.isIn(copy, journal));
      Files.delete(file);
      assertFalse(CopiedJournal.isIn(copy, journal));
    }
    assertEquals(512 + file.toString().length() + 16, Files.size(directory.resolve("a-journal")));
  }
}
