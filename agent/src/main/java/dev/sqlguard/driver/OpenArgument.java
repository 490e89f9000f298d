package dev.sqlguard.driver;

import dev.sqlguard.guard.Target;
import dev.sqlguard.guard.Target.Locks;
import dev.sqlguard.store.RealPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which file SQLite would really open for what a driver hands to it.
 *
 * @see <a href="https://www.sqlite.org/uri.html">Uniform Resource Identifiers</a>
 */
public final class OpenArgument {
  private static final int READ_ONLY_FLAG = 0x1;
  private static final int READ_WRITE_FLAG = 0x2;
  private static final int URI_FLAG = 0x40;
  private static final int MEMORY_FLAG = 0x80;

  /** Of every other parameter the first one counts: sqlite3ParseUri, sqlite3_uri_parameter. */
  private static final List<String> LAST_COUNTS = List.of("mode", "vfs");

  /** The second one takes the locks of the first one, and keeps them. */
  private static final List<String> USUAL_LOCKS = List.of("unix", "unix-excl");

  private OpenArgument() {}

  /**
   * @param file the argument as the driver passes it on
   * @param flags SQLite's open flags, or -1 where the driver has none
   * @param workingDirectory the process's, which relative names refer to
   * @return empty where no file is meant: in memory, temporary, or nothing that can be guarded
   */
  public static Optional<Target> resolve(String file, int flags, Path workingDirectory)
      throws IOException {
    if (file == null || file.isEmpty() || file.equals(":memory:")) {
      return Optional.empty();
    }
    boolean readOnly =
        flags >= 0 && (flags & READ_ONLY_FLAG) != 0 && (flags & READ_WRITE_FLAG) == 0;
    if (flags >= 0 && (flags & MEMORY_FLAG) != 0) {
      return Optional.empty();
    }
    if (flags >= 0 && (flags & URI_FLAG) != 0 && file.startsWith("file:")) {
      return uri(file, readOnly, workingDirectory);
    }
    return target(file, readOnly, Locks.USUAL, workingDirectory);
  }

  private static Optional<Target> uri(String uri, boolean readOnly, Path workingDirectory)
      throws IOException {
    int start = "file:".length();
    if (uri.startsWith("//", start)) {
      int slash = uri.indexOf('/', start + 2);
      String authority = slash < 0 ? uri.substring(start + 2) : uri.substring(start + 2, slash);
      if (slash < 0 || !(authority.isEmpty() || authority.equals("localhost"))) {
        return Optional.empty();
      }
      start = slash;
    }
    int hash = uri.indexOf('#', start);
    String rest = hash < 0 ? uri.substring(start) : uri.substring(start, hash);
    int question = rest.indexOf('?');
    String path = name(question < 0 ? rest : rest.substring(0, question));
    Map<String, String> query = query(question < 0 ? "" : rest.substring(question + 1));
    String mode = query.getOrDefault("mode", "");
    String vfs = query.getOrDefault("vfs", "unix");
    if (path.isEmpty() || path.equals(":memory:") || mode.equals("memory")) {
      return Optional.empty();
    }
    if (vfs.equals("memdb")) {
      return Optional.empty();
    }
    boolean immutable = UriBoolean.isTrue(query.get("immutable"));
    Locks locks = immutable ? Locks.IMMUTABLE : Locks.USUAL;
    if (!USUAL_LOCKS.contains(vfs) || UriBoolean.isTrue(query.get("nolock"))) {
      locks = Locks.UNSEEN;
    }
    return target(path, readOnly || mode.equals("ro") || immutable, locks, workingDirectory);
  }

  private static Optional<Target> target(
      String file, boolean readOnly, Locks locks, Path workingDirectory) throws IOException {
    Path path;
    try {
      path = workingDirectory.resolve(file);
    } catch (InvalidPathException e) {
      if (file.indexOf('\0') >= 0) {
        return Optional.empty();
      }
      throw new IOException("this JVM's locale can't spell its name; try LC_ALL=C.UTF-8", e);
    }
    Optional<Path> real = RealPath.of(path);
    if (real.isEmpty()) {
      return Optional.empty();
    }
    boolean plainName = !Files.isSymbolicLink(path) || !hasSideFiles(path);
    return Optional.of(new Target(path, real.get(), readOnly, locks, plainName));
  }

  /** Before 3.10 SQLite kept them beside the link, not beside the file. */
  private static boolean hasSideFiles(Path link) {
    return Files.exists(link.resolveSibling(link.getFileName() + "-wal"))
        || Files.exists(link.resolveSibling(link.getFileName() + "-journal"));
  }

  private static Map<String, String> query(String text) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : text.split("&")) {
      int equals = pair.indexOf('=');
      String key = parameter(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : parameter(pair.substring(equals + 1));
      if (LAST_COUNTS.contains(key)) {
        parameters.put(key, value);
      } else {
        parameters.putIfAbsent(key, value);
      }
    }
    return parameters;
  }

  /** SQLite's way: %00 ends the text, a % without two hexadecimal digits stands for itself. */
  private static byte[] decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < raw.length; i++) {
      int high = raw[i] == '%' && i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(raw[i + 2], 16) : -1;
      if (low < 0) {
        bytes.write(raw[i]);
        continue;
      }
      if (high == 0 && low == 0) {
        break;
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    return bytes.toByteArray();
  }

  /** A parameter that isn't UTF-8 is none that we know. */
  private static String parameter(String text) {
    return new String(decode(text), StandardCharsets.UTF_8);
  }

  /**
   * @throws IOException where the name isn't UTF-8: Java would name another file
   */
  private static String name(String text) throws IOException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IOException("its name is no text");
    }
    try {
      CharBuffer name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(decode(text)));
      return name.toString();
    } catch (CharacterCodingException e) {
      throw new IOException("its name isn't UTF-8", e);
    }
  }
}
