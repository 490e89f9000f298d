package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sqlguard.store.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody's file has the name of the state file: no start writes to it, nor anything else. */
class ForeignStateFileTest {
  private static final int ROWS = 50;

  @TempDir Path directory;

  @Test
  void isNeverWrittenTo() throws Exception {
    Path db = directory.toRealPath().resolve("app.db");
    CrashTest.create(db, ROWS);
    Path foreign = CrashTest.beside(db, ".sqlguard");
    byte[] text = "my own precious notes\n".repeat(10_000).getBytes();
    Files.write(foreign, text);
    Set<String> before = names();
    for (int start = 0; start < 3; start++) {
      CrashTest.start(db, new Disk());
      assertArrayEquals(text, Files.readAllBytes(foreign));
      CrashTest.execute(db, "INSERT INTO t(x) VALUES('n')");
      assertEquals(before, names());
    }
  }

  private Set<String> names() throws IOException {
    Set<String> names = new TreeSet<>();
    try (var files = Files.list(directory)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }
}
