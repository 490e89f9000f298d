package dev.sqlguard.cli;

import dev.sqlguard.guard.JoinAnswers;
import dev.sqlguard.guard.JoinAnswers.Outcome;
import dev.sqlguard.guard.JoinRequest;
import dev.sqlguard.store.Platform;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/**
 * With the agent in another JVM, through a file that both read and append to, readable for the
 * owner of that JVM alone.
 */
final class Conversation implements Closeable {
  /**
   * How it ended.
   *
   * @param warned whether there was anything to look at
   */
  record End(Outcome outcome, String text, boolean warned) {}

  private static final long PAUSE_MILLIS = 50;

  private final long pid;
  private final Path name;
  private final Path file;
  private final FileChannel channel;
  private final InputStream answers;

  /** It, and no later one of the same number. */
  private final Optional<ProcessHandle> process;

  /** What has been read of a line so far. */
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

  private Conversation(long pid, Path name, Path file, FileChannel channel) {
    this.pid = pid;
    this.name = name;
    this.file = file;
    this.channel = channel;
    this.answers = Channels.newInputStream(channel);
    this.process = ProcessHandle.of(pid);
  }

  static Conversation begin(long pid, JoinRequest request) throws IOException {
    Path directory = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    Path file = Files.createTempFile(asSeenBy(pid, directory), "sqlguard-attach-", "");
    file.toFile().deleteOnExit();
    // From here on held open: the other side, whose directory it may be, may do with the name what
    // it likes, but lead root to no other file by it.
    FileChannel answers =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    for (ByteBuffer text = StandardCharsets.UTF_8.encode(request.encode()); text.hasRemaining(); ) {
      answers.write(text);
    }
    if (Platform.HAS_PROC) {
      giveTo(pid, file);
    }
    return new Conversation(pid, directory.resolve(file.getFileName()), file, answers);
  }

  /** A service with a private directory for temporary files sees another one. */
  private static Path asSeenBy(long pid, Path directory) throws IOException {
    Path there = Path.of("/proc/" + pid + "/root" + directory);
    // The name below /proc is of no use for deleting once the process has ended.
    boolean another =
        Platform.HAS_PROC && Files.isDirectory(there) && !Files.isSameFile(there, directory);
    return another ? there : directory;
  }

  /** Root may speak to JVMs of others. */
  private static void giveTo(long pid, Path file) throws IOException {
    Object user = Files.getAttribute(Path.of("/proc", Long.toString(pid)), "unix:uid");
    if (!user.equals(Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
      Files.setAttribute(file, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** What the other JVM calls the file. */
  Path file() {
    return name;
  }

  /** Shows the answers as they come, until the last one. */
  End listen(Terminal terminal) throws IOException {
    boolean warned = false;
    while (true) {
      // Asked before reading: what it said before it ended is to be heard.
      boolean alive = process.map(ProcessHandle::isAlive).orElse(false);
      for (String line; (line = nextLine()) != null; ) {
        if (line.startsWith(JoinAnswers.END)) {
          String[] words = line.split(" ", 3);
          return new End(Outcome.valueOf(words[1].toUpperCase(Locale.ROOT)), words[2], warned);
        }
        warned |= line.startsWith(JoinAnswers.WARNING);
        terminal.say(line.substring(line.indexOf(' ') + 1));
      }
      if (!alive) {
        throw new IOException("process " + pid + ": has ended meanwhile");
      }
      pause();
    }
  }

  /** Null where there is no whole one yet. */
  private String nextLine() throws IOException {
    for (int b; (b = answers.read()) >= 0; ) {
      if (b == '\n') {
        String line = begun.toString(StandardCharsets.UTF_8);
        begun.reset();
        return line;
      }
      begun.write(b);
    }
    return null;
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(file);
  }
}
