package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a path leads, links that lead nowhere included. */
class RealPathTest {
  @TempDir Path temporary;

  private Path directory;

  @BeforeEach
  void resolveTheDirectory() throws Exception {
    directory = temporary.toRealPath();
  }

  @Test
  void aLinkInACircleLeadsNowhere() throws Exception {
    Path a = directory.resolve("a");
    Path b = directory.resolve("b");
    Files.createSymbolicLink(a, b);
    Files.createSymbolicLink(b, a);
    assertEquals(Optional.empty(), RealPath.of(a));
  }

  @Test
  void aLinkToItselfLeadsNowhere() throws Exception {
    Path self = Files.createSymbolicLink(directory.resolve("self"), Path.of("self"));
    assertEquals(Optional.empty(), RealPath.of(self));
  }

  @Test
  void aDanglingChainLeadsToTheFileThatWouldBeCreated() throws Exception {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.createSymbolicLink(folder.resolve("second"), Path.of("../missing.db"));
    Path first = Files.createSymbolicLink(directory.resolve("first"), Path.of("folder/second"));
    assertEquals(Optional.of(directory.resolve("missing.db")), RealPath.of(first));
  }

  @Test
  void aMissingFileInALinkedDirectoryIsTheRealOne() throws Exception {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), folder);
    assertEquals(Optional.of(folder.resolve("x.db")), RealPath.of(link.resolve("x.db")));
    assertEquals(Optional.of(folder.resolve("x.db")), RealPath.of(link.resolve("./x.db")));
  }

  @Test
  void aMissingDirectoryLeadsNowhere() throws Exception {
    assertEquals(Optional.empty(), RealPath.of(directory.resolve("no/x.db")));
  }
}
