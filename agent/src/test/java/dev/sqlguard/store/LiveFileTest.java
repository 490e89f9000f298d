package dev.sqlguard.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard's one descriptor of a database. */
class LiveFileTest {
  @TempDir Path directory;

  /**
   * The garbage collector would close it at some moment, and take the application's locks along.
   */
  @Test
  void whereTheLockFailsNoDescriptorStays() throws Exception {
    Path main = Files.write(directory.resolve("app.db"), new byte[512]);
    Disk noLocks =
        new Disk(
            new WatchedSyscalls() {
              @Override
              protected void before(Call call) throws IOException {
                if (call.kind() == Call.Kind.LOCK) {
                  throw new IOException("No locks available");
                }
              }
            });
    FileId id = FileStat.ofEntry(main).orElseThrow().id();
    assertThrows(IOException.class, () -> LiveFile.tryExclusive(main, noLocks, new Parked()));
    assertEquals(0, FileUsers.inThisProcess(Set.of(id)));
  }
}
