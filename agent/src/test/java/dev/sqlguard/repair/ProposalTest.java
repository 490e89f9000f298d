package dev.sqlguard.repair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.fault.Call.Kind;
import dev.sqlguard.store.fault.StoppingSyscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProposalTest {
  @TempDir Path directory;

  /** Otherwise no later one could ever take its place. */
  @Test
  void theLastOneStaysTheGuardsWhereTheNextIsInterrupted() throws Exception {
    Path main = Files.writeString(directory.resolve("a.db"), "damaged");
    Path good = Files.writeString(directory.resolve("good.db"), "first");
    Path file = Proposal.fileOf(main);
    FileStat model = FileStat.ofEntry(main).orElseThrow();
    Path name = directory.resolve("a.db.sqlguard");
    try (StateFile state = StateFile.open(name, model, new Disk(), 0).orElseThrow()) {
      assertTrue(new Proposal(main, state, new Disk()).leave(good));
      Files.writeString(good, "second");
      Disk dying = new Disk(new StoppingSyscalls(call -> call.kind() == Kind.RENAME));
      Proposal next = new Proposal(main, state, dying);
      assertThrows(StoppingSyscalls.Stopped.class, () -> next.leave(good));
    }
    try (StateFile state = StateFile.open(name, model, new Disk(), 0).orElseThrow()) {
      Proposal next = new Proposal(main, state, new Disk());
      assertTrue(next.isOurs(file));
      assertTrue(next.leave(good));
      assertTrue(next.isOurs(file));
      assertEquals("second", Files.readString(file));
    }
  }
}
