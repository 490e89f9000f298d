package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A FIFO that takes no byte more, because nobody reads what is in it. */
final class FullPipe implements AutoCloseable {
  /** Until the pipe says that it would block. */
  private static final String FILL = "dd if=/dev/zero of=\"$0\" bs=4096 oflag=nonblock 2>/dev/null";

  private final Path path;
  private final RandomAccessFile bothEnds;

  private FullPipe(Path path) throws IOException {
    this.path = path;
    // To open it for reading alone would wait for a writer.
    this.bothEnds = new RandomAccessFile(path.toFile(), "rw");
  }

  static FullPipe at(Path path) throws Exception {
    assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
    FullPipe pipe = new FullPipe(path);
    new ProcessBuilder("sh", "-c", FILL, path.toString()).start().waitFor();
    return pipe;
  }

  Path path() {
    return path;
  }

  /** The first lines behind what it was filled with; fewer where no more come. */
  List<String> read(int lines) throws IOException {
    String[] command = {"timeout", "20", "head", "-n", Integer.toString(lines), path.toString()};
    List<String> read = new ArrayList<>();
    try (var output = new ProcessBuilder(command).start().inputReader()) {
      for (String line; (line = output.readLine()) != null; ) {
        read.add(line.replace("\0", ""));
      }
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    bothEnds.close();
  }
}
