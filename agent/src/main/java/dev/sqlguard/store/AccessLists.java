package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Access control lists: with one, the group bits of a file's mode say what those whom it names may
 * have at most, and not what the group has. A directory may give one to every new file. Where the
 * bits give no more than all others have anyway, that lets nobody in; but who is denied what all
 * others have isn't seen.
 *
 * <p>Java tells nothing of them, so {@code ls} of GNU's kind is asked, which takes some
 * milliseconds, and from JDK 22 on has the JVM look for a logger: not for databases that are
 * private or everybody's, and else once, before the first file for a database is made.
 */
public final class AccessLists {
  private static final List<Path> PLACES = List.of(Path.of("/bin/ls"), Path.of("/usr/bin/ls"));

  /** One line for each file; not every {@code ls} has all of them. */
  private static final List<String> OPTIONS = List.of("-ld", "--quoting-style=c", "--");

  private static final int SHARED = 077;
  private static final int OTHERS = 07;

  /** Of a line's first word: one character for the kind, nine for the mode. */
  private static final int MARK = 10;

  private AccessLists() {}

  /**
   * What new files in {@code directory} may have of the owner and mode of {@code database}: where a
   * list can't be excluded, they are the owner's alone.
   *
   * @param stat of {@code database}
   */
  public static FileStat modelFor(Path database, FileStat stat, Path directory) throws IOException {
    return stat.mode() < 0 || !favoursGroup(stat.mode()) || haveNone(database, directory)
        ? stat
        : stat.withMode(stat.mode() & ~SHARED);
  }

  private static boolean favoursGroup(int mode) {
    return (mode >> 3 & ~mode & OTHERS) != 0;
  }

  /** False where nobody can say. A file that doesn't exist has none. */
  private static boolean haveNone(Path database, Path directory) throws IOException {
    List<String> files = new ArrayList<>(List.of(directory.toString()));
    if (FileStat.ofEntry(database).isPresent()) {
      files.add(database.toString());
    }
    for (Path ls : PLACES) {
      if (Files.isExecutable(ls)) {
        List<String> command = new ArrayList<>(List.of(ls.toString()));
        command.addAll(OPTIONS);
        command.addAll(files);
        Optional<String> listed = ChildProcess.output(command);
        return listed.isPresent() && haveNone(listed.get().split("\n"), files.size());
      }
    }
    return false;
  }

  private static boolean haveNone(String[] lines, int files) {
    for (String line : lines) {
      if (line.length() <= MARK || line.charAt(MARK) != ' ' && line.charAt(MARK) != '.') {
        return false;
      }
    }
    return lines.length == files;
  }
}
