package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What is left behind when the time of a visit is up. */
class LeasedSyscallsTest {
  @TempDir Path directory;

  @Test
  void noCallHappensOnceTheLeaseIsRevoked() throws Exception {
    Path file = Files.write(directory.resolve("a"), new byte[] {1, 2, 3});
    Path free = directory.resolve("b");
    Lease lease = new Lease();
    Syscalls calls = new LeasedSyscalls(new Syscalls(), lease);
    try (RandomAccessFile open = calls.open(file, true)) {
      lease.revoke();
      List<Executable> all =
          List.of(
              () -> calls.create(free),
              () -> calls.makeTemporaryDirectory("sqlguard-test-"),
              () -> calls.open(file, false),
              () -> calls.write(file, open, 0, new byte[1], 0, 1),
              () -> calls.truncate(file, open, 0),
              () -> calls.sync(file, open),
              () -> calls.syncDirectory(directory),
              () -> calls.rename(file, free),
              () -> calls.link(file, free),
              () -> calls.unlink(file),
              () -> calls.setAttribute(file, "unix:mode", 0),
              () -> calls.copyAttributes(file, free),
              () -> calls.tryLock(file, open, 0, 1));
      for (Executable call : all) {
        assertThrows(RevokedError.class, call);
      }
    }
    assertEquals(List.of(file), Files.list(directory).toList());
    assertEquals(3, Files.size(file));
  }
}
