package dev.sqlguard.guard;

import dev.sqlguard.store.FileId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the command that attaches the agent to a running JVM wants of it. It goes through a file,
 * because the JVM takes no more than 1024 bytes of arguments. {@link JoinAnswers} are appended.
 *
 * @param options as for {@code -javaagent}; without line breaks
 * @param databases those that the JVM has open
 */
public record JoinRequest(String options, Databases databases) {
  private static final String OPTIONS = "options ";
  private static final String UNKNOWN = "databases unknown";
  private static final String END = ".";

  /** How a database is open. */
  public enum Access {
    WRITABLE,
    READ_ONLY,
    /**
     * By an old SQLite and through a symbolic link, beside which its WAL lies: another connection
     * wouldn't see that.
     */
    THROUGH_LINK
  }

  /**
   * Files, not names: the two JVMs may have different ideas of how names are spelled.
   *
   * @param known false where nobody can see them
   */
  public record Databases(boolean known, Map<FileId, Access> files) {}

  /** The text of the file. */
  public String encode() {
    StringBuilder text = new StringBuilder(OPTIONS).append(options).append('\n');
    if (!databases.known()) {
      text.append(UNKNOWN).append('\n');
    }
    for (Map.Entry<FileId, Access> each : databases.files().entrySet()) {
      FileId id = each.getKey();
      text.append(each.getValue()).append(' ').append(id.device()).append(' ');
      text.append(id.inode()).append('\n');
    }
    return text.append(END).append('\n').toString();
  }

  /**
   * @throws IOException where it can't be read, or is no request
   */
  public static JoinRequest read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    int end = lines.indexOf(END);
    if (end < 1 || !lines.get(0).startsWith(OPTIONS)) {
      throw new IOException(file + " is no request");
    }
    boolean known = true;
    Map<FileId, Access> files = new LinkedHashMap<>();
    for (String line : lines.subList(1, end)) {
      if (line.equals(UNKNOWN)) {
        known = false;
      } else {
        add(line, files);
      }
    }
    return new JoinRequest(lines.get(0).substring(OPTIONS.length()), new Databases(known, files));
  }

  private static void add(String line, Map<FileId, Access> files) throws IOException {
    String[] words = line.split(" ");
    try {
      FileId id = new FileId(Long.parseLong(words[1]), Long.parseLong(words[2]));
      files.put(id, Access.valueOf(words[0]));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IOException("no part of a request: " + line, e);
    }
  }
}
