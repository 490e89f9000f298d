package dev.sqlguard.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.guard.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenArgumentTest {
  private static final int READ_WRITE_CREATE_URI = 70;
  private static final int READ_WRITE_CREATE = 6;
  private static final int READ_ONLY_URI = 65;

  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void realDirectory() throws IOException {
    directory = temporary.toRealPath();
  }

  private Optional<Target> resolve(String file, int flags) throws IOException {
    return OpenArgument.resolve(file, flags, directory);
  }

  private Path fileOf(String argument) throws IOException {
    return resolve(argument, READ_WRITE_CREATE_URI).orElseThrow().file();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":memory:",
        "file:",
        "file::memory:",
        "file:?cache=shared",
        "file:x?mode=memory",
        "file:x?cache=shared&mode=memory",
        "file:/x?vfs=memdb",
        "file://elsewhere/x.db",
        "file:%00x.db"
      })
  void namesNoFile(String argument) throws IOException {
    assertEquals(Optional.empty(), resolve(argument, READ_WRITE_CREATE_URI));
  }

  @Test
  void nullIsNoFile() throws IOException {
    assertEquals(Optional.empty(), resolve(null, READ_WRITE_CREATE_URI));
  }

  @Test
  void aPlainNameIsTakenToTheLetter() throws IOException {
    for (String name : new String[] {"x.db", "a b.db", "50%25.db", "x.db?foo=bar", "q#1.db"}) {
      assertEquals(directory.resolve(name), fileOf(directory + "/" + name));
      assertEquals(directory.resolve(name), fileOf(name));
    }
  }

  @Test
  void aUriIsReadAsSqliteReadsIt() throws IOException {
    assertEquals(directory.resolve("x.db"), fileOf("file:x.db"));
    assertEquals(directory.resolve("x.db"), fileOf("file:" + directory + "/x.db?cache=shared"));
    assertEquals(directory.resolve("x.db"), fileOf("file://" + directory + "/x.db"));
    assertEquals(directory.resolve("x.db"), fileOf("file://localhost" + directory + "/x.db"));
    assertEquals(directory.resolve("a b%.db"), fileOf("file:a%20b%25.db"));
    assertEquals(directory.resolve("ü.db"), fileOf("file:%c3%bc.db"));
    assertEquals(directory.resolve("x.db"), fileOf("file:x.db#fragment?mode=ro"));
    assertEquals(directory.resolve("x"), fileOf("file:x%00.db"));
    assertEquals(directory.resolve("100%.db"), fileOf("file:100%.db"));
  }

  @Test
  void withoutTheUriFlagItIsAPlainName() throws IOException {
    Path expected = directory.resolve("file:x.db?mode=ro");
    assertEquals(expected, resolve("file:x.db?mode=ro", READ_WRITE_CREATE).orElseThrow().file());
    assertEquals(expected, resolve("file:x.db?mode=ro", -1).orElseThrow().file());
  }

  @Test
  void readOnlyIsSaidInThreeWays() throws IOException {
    assertTrue(resolve("x.db", READ_ONLY_URI).orElseThrow().readOnly());
    assertTrue(resolve("file:x.db?mode=ro", READ_WRITE_CREATE_URI).orElseThrow().readOnly());
    assertTrue(resolve("file:x.db?immutable=1", READ_WRITE_CREATE_URI).orElseThrow().readOnly());
    assertFalse(resolve("file:x.db?immutable=0", READ_WRITE_CREATE_URI).orElseThrow().readOnly());
    assertFalse(resolve("file:x.db?mode=rw", READ_WRITE_CREATE_URI).orElseThrow().readOnly());
    assertFalse(resolve("x.db", -1).orElseThrow().readOnly());
  }

  @Test
  void lockingMayBeSwitchedOff() throws IOException {
    assertFalse(resolve("file:x.db?nolock=1", READ_WRITE_CREATE_URI).orElseThrow().locking());
    assertFalse(resolve("file:x?vfs=unix-none", READ_WRITE_CREATE_URI).orElseThrow().locking());
    assertFalse(resolve("file:x?vfs=unix-dotfile", READ_WRITE_CREATE_URI).orElseThrow().locking());
    assertTrue(resolve("file:x.db?vfs=unix", READ_WRITE_CREATE_URI).orElseThrow().locking());
    assertTrue(resolve("file:x.db?vfs=unix-excl", READ_WRITE_CREATE_URI).orElseThrow().locking());
  }

  @ParameterizedTest
  @CsvSource({
    "file:x.db?mode=ro, USUAL",
    "file:x.db?vfs=unix-excl, USUAL",
    "file:x.db?immutable=1, IMMUTABLE",
    "file:x.db?immutable=1&vfs=unix-none, UNSEEN",
    "file:x.db?immutable=1&nolock=1, UNSEEN"
  })
  void anImmutableFileNeedsNoLocks(String uri, Target.Locks locks) throws IOException {
    assertEquals(locks, resolve(uri, READ_WRITE_CREATE_URI).orElseThrow().locks());
  }

  @Test
  void linksLeadToTheRealFile() throws IOException {
    Path real = Files.createFile(directory.resolve("real.db"));
    Files.createSymbolicLink(directory.resolve("link.db"), Path.of("real.db"));
    Files.createSymbolicLink(directory.resolve("dangling.db"), Path.of("later.db"));
    assertEquals(real, fileOf("link.db"));
    assertEquals(directory.resolve("later.db"), fileOf("dangling.db"));
  }

  @Test
  void whatLeadsNowhereIsNoFile() throws IOException {
    Files.createSymbolicLink(directory.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(directory.resolve("b"), Path.of("a"));
    assertEquals(Optional.empty(), resolve("a", READ_WRITE_CREATE_URI));
    assertEquals(Optional.empty(), resolve("missing/x.db", READ_WRITE_CREATE_URI));
  }

  @Test
  void sideFilesBesideALinkAreNoticed() throws IOException {
    Files.createFile(directory.resolve("real.db"));
    Files.createSymbolicLink(directory.resolve("link.db"), Path.of("real.db"));
    assertTrue(resolve("link.db", READ_WRITE_CREATE).orElseThrow().plainName());
    Files.createFile(directory.resolve("link.db-journal"));
    assertFalse(resolve("link.db", READ_WRITE_CREATE).orElseThrow().plainName());
  }
}
