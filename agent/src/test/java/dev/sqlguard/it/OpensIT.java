package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an application writes into its URL, the guard means the file that SQLite opens. */
class OpensIT {
  private static final int ROWS = 50;

  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void realDirectory() throws Exception {
    directory = temporary.toRealPath();
  }

  private Set<String> names() throws Exception {
    try (var files = Files.walk(directory)) {
      Set<String> names = new TreeSet<>();
      files
          .filter(Files::isRegularFile)
          .forEach(f -> names.add(directory.relativize(f).toString()));
      return names;
    }
  }

  private GuardedJvm.Ended open(GuardedJvm jvm, String url) throws Exception {
    try (var app = jvm.directory(directory).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:" + url);
      app.ok("sql", "a", "CREATE TEMP TABLE scratch(a)");
      return app.end("return");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":memory:", "file::memory:", "file:x?mode=memory&cache=shared", "file:"})
  void noFileIsNoDatabaseToGuard(String url) throws Exception {
    Set<String> unguarded = Set.of();
    var ended = open(GuardedJvm.jvm(), url);
    assertEquals(List.of(), ended.guardLines());
    assertEquals(unguarded, names());
  }

  @Test
  void aClassPathResourceIsNone() throws Exception {
    Path jar = directory.resolve("resources.jar");
    Path db = directory.resolve("inside.db");
    Databases.create(db, ROWS);
    try (var file =
        new java.util.jar.JarOutputStream(
            Files.newOutputStream(jar), new java.util.jar.Manifest())) {
      file.putNextEntry(new java.util.jar.JarEntry("inside.db"));
      file.write(Files.readAllBytes(db));
      file.closeEntry();
    }
    Files.delete(db);
    Path temp = Files.createDirectory(directory.resolve("temp"));
    List<Path> entries =
        new java.util.ArrayList<>(
            GuardedJvm.applicationClassPath().stream().map(Path::of).toList());
    entries.add(jar);
    GuardedJvm jvm =
        GuardedJvm.jvm()
            .classPath(entries.toArray(Path[]::new))
            .jvmArguments("-Djava.io.tmpdir=" + temp);
    var ended = open(jvm, ":resource:inside.db");
    assertEquals(List.of(), ended.guardLines());
    for (String name : names()) {
      assertFalse(name.contains(".bak") || name.contains(".sqlguard"), name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@?open_mode=1",
        "file:@?mode=ro",
        "file:@?immutable=1",
        "file:@?mode=ro&immutable=1"
      })
  void aReadOnlyOpenIsCheckedAndNothingIsWritten(String form) throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, 10 * ROWS);
    String url = form.replace("@", db.toString());
    assertEquals(List.of(), open(GuardedJvm.jvm(), url).guardLines());
    Databases.damage(db, "t", 1);
    byte[] damaged = Files.readAllBytes(db);
    assertEquals(1, open(GuardedJvm.jvm(), url).guardLines().size());
    assertArrayEquals(damaged, Files.readAllBytes(db));
    assertEquals(Set.of("app.db"), names());
  }

  @Test
  void aReadOnlyOpenDoesNotUseUpTheFirstOne() throws Exception {
    Path db = directory.resolve("app.db");
    Databases.create(db, ROWS);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:file:" + db + "?mode=ro");
      app.ok("close", "a");
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:" + db);
      app.end("return");
    }
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b.db",
        "100%.db",
        "%41.db",
        "hash#1.db",
        "single'quote.db",
        "double\"quote.db",
        "umläut.db",
        "a,b.db",
        "semi;colon.db",
        "both'and\".db"
      })
  void oddNamesAreGuarded(String name) throws Exception {
    Path db = directory.resolve(name);
    Path plain = directory.resolve("plain");
    Databases.create(plain, ROWS);
    Files.move(plain, db);
    open(GuardedJvm.jvm(), db.toString());
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
  }

  @Test
  void aQuestionMarkInTheNameIsGuardedAndFoldedIn() throws Exception {
    Path db = directory.resolve("what?.db");
    Path plain = directory.resolve("plain");
    Databases.create(plain, ROWS);
    Databases.execute(plain, "PRAGMA journal_mode=WAL");
    Files.move(plain, db);
    try (var app = GuardedJvm.jvm().start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:file:" + directory + "/what%3f.db");
      app.ok("sql", "a", "INSERT INTO t(x) VALUES ('late')");
      app.end("return");
    }
    assertEquals(ROWS, Databases.rows(Databases.beside(db, ".bak")));
    Path wal = Databases.beside(db, "-wal");
    assertTrue(!Files.exists(wal) || Files.size(wal) == 0);
  }

  @Test
  void relativeNamesReferToWhereTheyReallyLead() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Databases.create(directory.resolve("uri.db"), ROWS);
    Databases.create(elsewhere.resolve("plain.db"), ROWS);
    GuardedJvm jvm = GuardedJvm.jvm().jvmArguments("-Duser.dir=" + elsewhere);
    try (var app = jvm.directory(directory).start()) {
      app.ok("open", "a", "drivermanager", "jdbc:sqlite:file:uri.db");
      app.ok("open", "b", "drivermanager", "jdbc:sqlite:plain.db");
      app.end("return");
    }
    assertEquals(ROWS, Databases.rows(directory.resolve("uri.db.bak")));
    assertEquals(ROWS, Databases.rows(elsewhere.resolve("plain.db.bak")));
  }

  @Test
  void theFilesOfALinkedDatabaseLieBesideTheRealOne() throws Exception {
    Path real = Files.createDirectory(directory.resolve("real")).resolve("app.db");
    Path links = Files.createDirectory(directory.resolve("links"));
    Databases.create(real, ROWS);
    Path link = Files.createSymbolicLink(links.resolve("link.db"), real);
    open(GuardedJvm.jvm(), link.toString());
    assertEquals(
        Set.of("links/link.db", "real/app.db", "real/app.db.bak", "real/app.db.sqlguard"), names());
  }

  @Test
  void parametersOfTheDriverAreNoPartOfTheName() throws Exception {
    Databases.create(directory.resolve("x.db"), ROWS);
    open(GuardedJvm.jvm(), directory.resolve("x.db") + "?journal_mode=WAL");
    assertEquals(ROWS, Databases.rows(directory.resolve("x.db.bak")));
  }
}
