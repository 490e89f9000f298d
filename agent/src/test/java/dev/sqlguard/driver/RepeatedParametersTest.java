package dev.sqlguard.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SQLite obeys the last mode of a URI, but the first of any other parameter. */
class RepeatedParametersTest {
  private static final int DEFAULT_FLAGS = 70;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "immutable=1&immutable=0, true, true",
    "immutable=0&immutable=1, false, true",
    "mode=rw&mode=ro, true, true",
    "nolock=1&nolock=0, false, false",
    "nolock=0&nolock=1, false, true"
  })
  void countAsTheyDoForSqlite(String query, boolean readOnly, boolean locking) throws Exception {
    var target = OpenArgument.resolve("file:x.db?" + query, DEFAULT_FLAGS, directory).orElseThrow();
    assertEquals(readOnly, target.readOnly());
    assertEquals(locking, target.locking());
  }
}
