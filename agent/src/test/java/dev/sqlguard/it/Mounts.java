package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** File systems that a test mounts; closing takes them away again. */
public final class Mounts implements AutoCloseable {
  private final Deque<Path> mounted = new ArrayDeque<>();

  /** {@code mount WORDS TARGET}; skips the test where that isn't allowed. */
  public void mount(Path target, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(words));
    command.add(target.toString());
    assumeTrue(run(command) == 0, "needs the right to mount");
    mounted.push(target);
  }

  /** An empty file system in memory. */
  public void memory(Path target, String size) throws Exception {
    mount(target, "-t", "tmpfs", "-o", "size=" + size, "none");
  }

  /** Gives a file system in memory another size, of bytes; what is in it stays. */
  public static void resize(Path target, long size) throws Exception {
    List<String> command = List.of("mount", "-o", "remount,size=" + size, target.toString());
    assertEquals(0, run(command), "remount");
  }

  /** Takes it away, with all that the kernel remembers of it, once nobody has it open. */
  public void unmount(Path target) throws Exception {
    assertEquals(0, run(List.of("umount"), target), "umount");
    mounted.remove(target);
  }

  /** A command whose last word is a file; what it said is lost. */
  public static int run(List<String> command, Path file) throws Exception {
    List<String> words = new ArrayList<>(command);
    words.add(file.toString());
    return run(words);
  }

  public static int run(List<String> command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Override
  public void close() throws Exception {
    for (Path target : mounted) {
      // Lazily: a JVM that was killed may hold a file for a moment longer.
      run(List.of("umount", "-l", target.toString()));
    }
    mounted.clear();
  }
}
