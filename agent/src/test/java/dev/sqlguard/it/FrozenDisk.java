package dev.sqlguard.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk that can be made to hang: whoever writes to it while it is frozen waits until it is
 * thawed, and then his call succeeds.
 */
final class FrozenDisk implements AutoCloseable {
  private final Path place;
  private boolean frozen;

  private FrozenDisk(Path place) {
    this.place = place;
  }

  /**
   * Skips a test where that isn't allowed.
   *
   * @param image a new file that holds it
   * @param place an existing directory
   */
  static FrozenDisk at(Path place, Path image, long bytes, Mounts mounts) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    assumeTrue(can("mkfs.ext4", "-q", image.toString()), "needs mkfs.ext4");
    mounts.mount(place, "-o", "loop", image.toString());
    FrozenDisk disk = new FrozenDisk(place);
    disk.freeze();
    disk.thaw();
    return disk;
  }

  private static boolean can(String... command) throws Exception {
    try {
      return Mounts.run(List.of(command)) == 0;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  void freeze() throws Exception {
    frozen = true;
    assumeTrue(can("fsfreeze", "--freeze", place.toString()), "needs fsfreeze");
  }

  void thaw() throws Exception {
    if (frozen) {
      can("fsfreeze", "--unfreeze", place.toString());
    }
    frozen = false;
  }

  @Override
  public void close() throws Exception {
    thaw();
  }
}
