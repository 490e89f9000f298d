package dev.sqlguard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.fault.Call;
import dev.sqlguard.store.fault.WatchedSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryCopyTest {
  @TempDir Path directory;

  @Test
  void anEmptyDirectoryThatAKilledCheckLeftIsDeleted() throws Exception {
    Scene scene = Scenario.READ_ONLY.template(directory).layOut();
    for (Call.Kind last : List.of(Call.Kind.CREATE, Call.Kind.UNLINK)) {
      boolean[] locked = new boolean[1];
      scene.interruptedBefore(
          call -> {
            locked[0] |= call.kind() == Call.Kind.UNLINK && call.path().endsWith("lock");
            return call.kind() == last
                && (last == Call.Kind.CREATE || locked[0] && !call.path().endsWith("lock"));
          });
      assertEquals(1, scene.temporaryDirectories().size(), "after " + last);
      scene.start();
      assertEquals(List.of(), scene.temporaryDirectories(), "after " + last);
    }
  }

  @Test
  void aDirectoryThatAnotherCheckTookAwayIsMadeAnew() throws Exception {
    Path main = directory.resolve("app.db");
    int[] made = new int[1];
    WatchedSyscalls another =
        new WatchedSyscalls() {
          @Override
          protected void before(Call call) throws IOException {
            if (call.kind() == Call.Kind.CREATE && made[0]++ == 0) {
              Files.delete(call.path().getParent());
            }
          }
        };
    try (TemporaryCopy copy = TemporaryCopy.of(main, new Disk(another))) {
      assertTrue(Files.isDirectory(copy.file().getParent()));
    }
    assertEquals(2, made[0]);
  }
}
