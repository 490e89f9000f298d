package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class WordingTest {
  /** Their messages are nothing but the name. */
  @Test
  void saysWhatIsWrongWithAFile() {
    assertEquals("/a.db: permission denied", Wording.of(new AccessDeniedException("/a.db")));
    assertEquals("/a.db doesn't exist", Wording.of(new NoSuchFileException("/a.db")));
    assertEquals("Input/output error", Wording.of(new IOException("Input/output error")));
  }
}
