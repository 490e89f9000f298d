package dev.sqlguard.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk that doesn't answer: FUSE, of which nobody reads the requests. Every call about it waits
 * until {@link #answer}, and then fails. Mounted over a directory, or over a single file.
 */
public final class HungDisk implements AutoCloseable {
  private static final Path DEVICE = Path.of("/dev/fuse");

  /** Mounts it, says so, and keeps the device open until it is killed. */
  private static final String MOUNT =
      "exec 3<>/dev/fuse && mount -i -t fuse"
          + " -o fd=3,rootmode=$0,user_id=0,group_id=0 sqlguard-hung \"$1\" && echo mounted"
          + " && exec sleep 600";

  private final Path place;
  private final Process holder;

  private HungDisk(Path place, Process holder) {
    this.place = place;
    this.holder = holder;
  }

  /**
   * Skips a test where that isn't allowed.
   *
   * @param place an existing file or directory
   */
  public static HungDisk over(Path place) throws Exception {
    assumeTrue(Files.isWritable(DEVICE), "needs FUSE");
    String mode = Files.isDirectory(place) ? "40000" : "100000";
    Process holder =
        new ProcessBuilder("sh", "-c", MOUNT, mode, place.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader output = holder.inputReader();
    boolean mounted = "mounted".equals(output.readLine());
    if (!mounted) {
      holder.destroyForcibly();
    }
    assumeTrue(mounted, "needs the right to mount");
    return new HungDisk(place, holder);
  }

  /** All calls that wait fail now. */
  public void answer() throws IOException {
    holder.destroyForcibly();
    try {
      holder.waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws Exception {
    answer();
    Mounts.run(List.of("umount", "-l", place.toString()));
  }
}
