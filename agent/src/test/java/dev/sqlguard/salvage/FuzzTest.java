package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link Fuzz} in processes of their own, with a heap of 64 MiB. A few images by default, always
 * the same ones; {@code -Pfull} takes many, other ones each time. The seed of a failure is printed:
 * {@code -Dsqlguard.salvage.seed=SEED -Dsalvage.images=1} repeats it.
 */
class FuzzTest {
  private static final int A_FEW = 1500;
  private static final int IMAGES = Integer.getInteger("sqlguard.salvage.images", A_FEW);
  private static final long SEED =
      Long.getLong("sqlguard.salvage.seed", IMAGES > A_FEW ? System.currentTimeMillis() * 1000 : 1);
  private static final int PROCESSES = IMAGES < 100 ? 1 : 2;

  @TempDir private Path folder;

  private record Run(Process process, Path output) {}

  @Test
  void whateverTheDamageTheResultIsSound() throws Exception {
    List<Run> runs = new ArrayList<>();
    int share = (IMAGES + PROCESSES - 1) / PROCESSES;
    try {
      for (int i = 0; i < PROCESSES; i++) {
        runs.add(start(SEED + (long) i * share, share));
      }
      for (Run run : runs) {
        assertTrue(run.process().waitFor(60 + IMAGES / 2, TimeUnit.SECONDS), "not done in time");
        assertEquals(0, run.process().exitValue(), Files.readString(run.output()));
        assertTrue(Files.readString(run.output()).contains(share + " images"), "images");
      }
    } finally {
      runs.forEach(run -> run.process().destroyForcibly());
    }
  }

  private Run start(long seed, int images) throws IOException {
    Path own = Files.createDirectory(folder.resolve("from-" + seed));
    Path output = folder.resolve("from-" + seed + ".txt");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-classpath",
            System.getProperty("java.class.path"),
            Fuzz.class.getName(),
            own.toString(),
            Long.toString(seed),
            Integer.toString(images));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    return new Run(builder.redirectOutput(output.toFile()).start(), output);
  }
}
