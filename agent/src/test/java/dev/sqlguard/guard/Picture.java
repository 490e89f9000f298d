package dev.sqlguard.guard;

import dev.sqlguard.store.SideFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Everything that lies in a scene, each file by what it holds: databases by their rows, evidence by
 * its bytes. Two pictures are equal if nothing that anybody cares about differs.
 */
final class Picture {
  /** What there is where no database is. */
  static final String MISSING = "missing";

  private static final String EMPTY = hash(new byte[0]);

  private static final String GOOD = "good: ";
  private static final Pattern SLOT = Pattern.compile(".*\\.bak(\\.keep)?(\\.\\d+)?");
  private static final Pattern EVIDENCE = Pattern.compile(".*\\.corrupt(\\.\\d+)?");
  private static final String SIDE = "-(wal|shm|journal)";
  private static final Pattern EVIDENCE_SIDE = Pattern.compile(EVIDENCE + SIDE);
  private static final Pattern LIVE_SIDE = Pattern.compile("app\\.db" + SIDE);

  /** What has been looked into already: most files of most pictures are the same ones. */
  private static final Map<String, String> KNOWN = new HashMap<>();

  private final Map<String, String> files = new TreeMap<>();
  private final Set<String> strays = new TreeSet<>();
  private final Map<String, String> slots = new TreeMap<>();
  private final Set<String> carriers = new TreeSet<>();
  private String main = MISSING;
  private String staged = MISSING;
  private boolean sealed;

  private Picture() {}

  static Picture of(Scene scene) throws Exception {
    Picture picture = new Picture();
    for (Path directory : scene.directories()) {
      try (Stream<Path> all = Files.list(directory)) {
        for (Path file : all.sorted().toList()) {
          picture.add(file, scene);
        }
      }
    }
    for (Path left : scene.temporaryDirectories()) {
      picture.strays.add(left.toString());
    }
    picture.files.put("app.db", picture.main);
    picture.sealed = !scene.seals().isEmpty();
    return picture;
  }

  private void add(Path file, Scene scene) throws Exception {
    String name = file.getFileName().toString();
    if (file.equals(scene.db())) {
      main = contentOf(file);
      carriers.add(main);
      if ((Integer) Files.getAttribute(file, "unix:nlink") != 1) {
        strays.add("a second name of " + name);
      }
    } else if (SLOT.matcher(name).matches()) {
      slots.put(name, contentOf(file));
      carriers.add(contentOf(file));
      files.put(name, contentOf(file));
    } else if (EVIDENCE.matcher(name).matches()) {
      carriers.add(contentOf(file));
      files.put(name, hash(Files.readAllBytes(file)));
    } else if (EVIDENCE_SIDE.matcher(name).matches() || LIVE_SIDE.matcher(name).matches()) {
      files.put(name, hash(Files.readAllBytes(file)));
    } else if (name.endsWith(".quarantine.db") || name.endsWith(".salvaged")) {
      files.put(name, contentOf(file));
    } else if (name.endsWith(".report.json") && Files.size(file) > 0
        || name.endsWith(".sqlguard")) {
      files.put(name, "present");
    } else {
      strays.add(name);
      if (name.endsWith("-staged")) {
        staged = contentOf(file);
      }
    }
  }

  /** What the application finds: the rows of the database with its WAL or hot journal. */
  String main() {
    return main;
  }

  /** Content of backups and kept backups by name. */
  Map<String, String> slots() {
    return slots;
  }

  /** Whether the database, a backup or evidence has this content. */
  boolean holds(String content) {
    return carriers.contains(content);
  }

  /** Whether this content is backed up, or about to be. */
  boolean hasBackupOf(String content) {
    return slots.containsValue(content) || staged.equals(content);
  }

  /** Sound contents of the database and its backups. */
  Set<String> goodContents() {
    Set<String> good = new TreeSet<>(slots.values());
    good.add(main);
    good.removeIf(content -> !content.startsWith(GOOD));
    return good;
  }

  /** Whether the next start makes no check of it. */
  boolean isSealed() {
    return sealed;
  }

  /** Names that nothing of the guard has when it is done, and directories that it forgot. */
  Set<String> strays() {
    return strays;
  }

  /** The same but for working files, and a seal, for which nothing has to be said. */
  boolean hasSameFilesAs(Picture other) {
    return files.equals(other.files);
  }

  /**
   * This, with originals that {@code now} still has where here they had to go: on a full disk they
   * stay.
   */
  Picture withUnemptied(Picture now, Picture before) {
    Picture allowed = new Picture();
    allowed.files.putAll(files);
    allowed.strays.addAll(strays);
    allowed.sealed = sealed;
    now.files.forEach(
        (name, what) -> {
          boolean emptied = EMPTY.equals(files.get(name));
          if (emptied && EVIDENCE.matcher(name).matches() && before.files.containsValue(what)) {
            allowed.files.put(name, what);
          }
        });
    return allowed;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Picture picture
        && picture.files.equals(files)
        && picture.strays.equals(strays)
        && picture.sealed == sealed;
  }

  @Override
  public int hashCode() {
    return files.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    files.forEach((name, what) -> text.append("\n  ").append(name).append(": ").append(what));
    strays.forEach(name -> text.append("\n  stray ").append(name));
    text.append(sealed ? "\n  sealed" : "");
    return text.toString();
  }

  /** The rows that an open finds, or that it isn't sound. Looks at a copy. */
  static String contentOf(Path file) throws Exception {
    if (Files.notExists(file)) {
      return MISSING;
    }
    SideFiles sides = SideFiles.of(file);
    List<byte[]> bytes = new ArrayList<>();
    StringBuilder key = new StringBuilder();
    for (Path part : List.of(file, sides.wal(), sides.journal())) {
      Optional<byte[]> content =
          Files.exists(part) ? Optional.of(Files.readAllBytes(part)) : Optional.empty();
      key.append(content.map(Picture::hash).orElse("none")).append(' ');
      bytes.add(content.orElse(new byte[0]));
    }
    String known = KNOWN.get(key.toString());
    if (known == null) {
      known = look(bytes).orElse("unsound: " + key);
      KNOWN.put(key.toString(), known);
    }
    return known;
  }

  private static Optional<String> look(List<byte[]> parts) throws IOException {
    Path directory = Files.createTempDirectory("picture-");
    Path copy = directory.resolve("copy.db");
    SideFiles sides = SideFiles.of(copy);
    List<Path> files = List.of(copy, sides.wal(), sides.journal());
    try {
      for (int i = 0; i < files.size(); i++) {
        if (parts.get(i).length > 0 || i == 0) {
          Files.write(files.get(i), parts.get(i));
        }
      }
      return soundContent(copy);
    } finally {
      for (Path file : List.of(copy, sides.wal(), sides.journal(), sides.shm())) {
        Files.deleteIfExists(file);
      }
      Files.delete(directory);
    }
  }

  private static Optional<String> soundContent(Path copy) {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = db.createStatement()) {
      statement.execute("PRAGMA synchronous=OFF");
      if (!texts(statement, "PRAGMA integrity_check").equals(List.of("ok"))) {
        return Optional.empty();
      }
      StringBuilder summary = new StringBuilder(GOOD);
      StringBuilder all = new StringBuilder();
      String tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name";
      all.append(texts(statement, "SELECT sql FROM sqlite_master ORDER BY name"));
      for (String table : texts(statement, tables)) {
        String name = table.substring(0, table.indexOf('\t'));
        List<String> rows = texts(statement, "SELECT * FROM \"" + name + "\" NOT INDEXED");
        summary.append(name).append(' ').append(rows.size()).append(' ');
        rows.sort(null);
        all.append(rows);
      }
      return Optional.of(summary + hash(all.toString().getBytes()));
    } catch (SQLException e) {
      return Optional.empty();
    }
  }

  private static List<String> texts(Statement statement, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(query)) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          text.append(i > 1 ? "\t" : "").append(row.getString(i));
        }
        rows.add(text.toString());
      }
    }
    return rows;
  }

  static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
