package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A name that was a file of ours a moment ago may be a link by now. */
class OpenedFileTest {
  private static final byte[] BYTES = "overwritten".getBytes();

  @TempDir Path directory;
  private Path ours;
  private Path victim;

  @BeforeEach
  void create() throws IOException {
    ours = Files.writeString(directory.resolve("ours"), "of the guard");
    victim = Files.writeString(directory.resolve("victim"), "precious");
  }

  private void mode(String mode) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
  }

  /** Puts a link there for the moment of the open. */
  private Disk exchanging() {
    return new Disk(
        new Syscalls() {
          @Override
          protected RandomAccessFile open(Path path, boolean writable) throws IOException {
            Path aside = path.resolveSibling("aside");
            Files.move(path, aside);
            Files.createSymbolicLink(path, victim);
            RandomAccessFile file = super.open(path, writable);
            Files.delete(path);
            Files.move(aside, path);
            return file;
          }
        });
  }

  @Test
  void anExchangedNameIsNotWrittenThrough() throws IOException {
    assumeTrue(Platform.HAS_PROC, "needs /proc");
    mode("rwxrwxrwx");
    assertThrows(IOException.class, () -> exchanging().patch(ours, 0, BYTES));
    assertThrows(IOException.class, () -> exchanging().overwrite(ours, victim));
    assertEquals("precious", Files.readString(victim));
    assertEquals("of the guard", Files.readString(ours));
  }

  @Test
  void aFileOfOursIsOpenedThereToo() throws IOException {
    mode("rwxrwxrwx");
    new Disk().patch(ours, 0, BYTES);
    assertEquals("overwrittend", Files.readString(ours));
  }

  @Test
  void aLinkIsFollowedNowhere() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), victim);
    assertThrows(IOException.class, () -> new Disk().patch(link, 0, BYTES));
    assertThrows(IOException.class, () -> new Disk().sync(link));
    assertEquals("precious", Files.readString(victim));
  }

  @Test
  void whatIsMissingIsNotCreated() {
    Path missing = directory.resolve("missing");
    assertThrows(NoSuchFileException.class, () -> new Disk().patch(missing, 0, BYTES));
    assertTrue(Files.notExists(missing));
  }

  @Test
  void otherAccountsCountWhereTheyMayRename() throws IOException {
    assumeTrue(Platform.HAS_UNIX_ATTRIBUTES, "needs modes");
    mode("rwxr-xr-x");
    assertTrue(!SharedDirectory.letsOthersRename(ours) && !SharedDirectory.letsOthersCreate(ours));
    mode("rwxrwxr-x");
    assertTrue(SharedDirectory.letsOthersRename(ours) && SharedDirectory.letsOthersCreate(ours));
    Files.setAttribute(directory, "unix:mode", 01777);
    assertTrue(!SharedDirectory.letsOthersRename(ours) && SharedDirectory.letsOthersCreate(ours));
    mode("rwxrwxrwx");
    assertTrue(SharedDirectory.letsOthersRename(ours));
  }
}
