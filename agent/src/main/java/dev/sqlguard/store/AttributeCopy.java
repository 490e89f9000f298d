package dev.sqlguard.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Copies what Java can't read without opening a file: its access control list and other extended
 * attributes. A live file may come into use at any moment, and closing a descriptor of it would
 * release the locks of this process; so a child process opens it, whose descriptors are its own.
 */
final class AttributeCopy {
  private static final List<Path> PLACES = List.of(Path.of("/bin/cp"), Path.of("/usr/bin/cp"));
  private static final String ATTRIBUTES_ONLY = "--attributes-only";

  private AttributeCopy() {}

  /**
   * Gives owner, mode and extended attributes of {@code from} to the empty file {@code to}, as far
   * as this process may. Follows no symbolic link.
   *
   * @return false where there is no {@code cp} of GNU's kind; {@code to} may be anything then
   * @throws IOException where there is one, and it failed
   */
  static boolean make(Path from, Path to) throws IOException {
    for (Path cp : PLACES) {
      if (Files.isExecutable(cp)) {
        return make(cp.toString(), from, to);
      }
    }
    return false;
  }

  private static boolean make(String cp, Path from, Path to) throws IOException {
    List<String> command =
        List.of(
            cp,
            ATTRIBUTES_ONLY,
            "--preserve=all",
            "--no-dereference",
            "--remove-destination",
            "--no-target-directory",
            "--",
            from.toString(),
            to.toString());
    if (succeeds(command)) {
      return true;
    }
    if (succeeds(List.of(cp, ATTRIBUTES_ONLY, "--help"))) {
      throw new IOException("the attributes of " + from + " can't be copied");
    }
    return false;
  }

  private static boolean succeeds(List<String> command) throws IOException {
    return ChildProcess.output(command).isPresent();
  }
}
