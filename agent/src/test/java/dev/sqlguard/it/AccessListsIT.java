package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * With an access control list the group bits of a mode are a mask, and a directory may give one to
 * all new files. Whoever can't read the database can't read anything that the guard made of it: who
 * is denied really tries.
 */
class AccessListsIT {
  private static final int ROWS = 300;
  private static final String OWNER = Nobody.ID;
  private static final int GROUP = 4712;
  private static final int NAMED = 54321;

  /** Where there is one. */
  enum Case {
    /** Of the owning group nobody may read, though its bits are set. */
    ON_THE_DATABASE {
      @Override
      void set(Path folder, Path db) throws Exception {
        mode(db, "rw-------");
        setfacl("u:" + NAMED + ":rw", db);
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(db)));
      }
    },
    /** Somebody may read every new file. */
    FOR_NEW_FILES {
      @Override
      void set(Path folder, Path db) throws Exception {
        mode(db, "rw-r-----");
        setfacl("d:u:" + NAMED + ":rwx", folder);
      }
    };

    abstract void set(Path folder, Path db) throws Exception;
  }

  /** User and group of those who try. */
  private static final List<int[]> READERS =
      List.of(new int[] {41001, GROUP}, new int[] {NAMED, NAMED}, new int[] {4711, 4711});

  private static final int[] THE_OWNER = {Integer.parseInt(OWNER), GROUP};

  private static Nobody nobody;
  private static Path backups;
  private static Starts asOwner;
  private static Starts asRoot;
  private static Starts refusing;
  private static Starts elsewhere;

  @BeforeAll
  static void begin() throws Exception {
    nobody = new Nobody();
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setfacl")), "needs setfacl");
    backups = folder();
    setfacl("d:u:" + NAMED + ":rwx", backups);
    asOwner = starts("backup-spacing=0s");
    refusing = starts("max-loss=0");
    elsewhere = starts("backup-spacing=0s,backup-dir=" + backups);
    asRoot = Starts.with("backup-spacing=0s");
  }

  private static Starts starts(String options) {
    return new Starts(() -> nobody.guardedMember(OWNER, Integer.toString(GROUP), options));
  }

  @AfterAll
  static void end() throws Exception {
    if (asRoot != null) {
      asOwner.close();
      refusing.close();
      elsewhere.close();
      asRoot.close();
    }
    if (nobody != null) {
      nobody.close();
    }
  }

  private static Path folder() throws IOException {
    Path folder = Files.createTempDirectory(nobody.readable(), "case");
    Files.setAttribute(folder, "unix:uid", Integer.parseInt(OWNER));
    Files.setAttribute(folder, "unix:gid", GROUP);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return folder;
  }

  private static void mode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static void setfacl(String entry, Path path) throws Exception {
    Process process =
        new ProcessBuilder("setfacl", "-m", entry, path.toString()).inheritIO().start();
    assumeTrue(process.waitFor() == 0, "needs a file system with access control lists");
  }

  private static Path database(Case list) throws Exception {
    Path db = Starts.unused(folder());
    Databases.create(db, ROWS);
    Files.setAttribute(db, "unix:uid", Integer.parseInt(OWNER));
    Files.setAttribute(db, "unix:gid", GROUP);
    list.set(db.getParent(), db);
    return db;
  }

  private static Set<String> readable(Path folder, int[] reader) throws Exception {
    List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=" + reader[0]));
    command.addAll(List.of("--regid=" + reader[1], "--clear-groups", "--", "sh", "-c"));
    command.add("cd \"$0\" && for f in *; do head -c 1 \"./$f\" > /dev/null && echo \"$f\"; done");
    command.add(folder.toString());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String names = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return new TreeSet<>(names.isEmpty() ? List.of() : List.of(names.split("\n")));
  }

  /** Nothing that the guard made is readable for one who can't read the database. */
  private static void assertNotWider(Path db, Path folder) throws Exception {
    int denied = 0;
    for (int[] reader : READERS) {
      if (!readable(db.getParent(), reader).contains(db.getFileName().toString())) {
        denied++;
        assertEquals(Set.of(), readable(folder, reader), "of " + reader[0]);
      }
    }
    assertTrue(denied > 0, "everybody may read " + db);
  }

  private static void assertThere(Path db, String... suffixes) {
    for (String suffix : suffixes) {
      assertTrue(Files.exists(Databases.beside(db, suffix)), db + suffix);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noCopyIsWider(Case list) throws Exception {
    for (Starts starts : List.of(asOwner, asRoot)) {
      Path db = database(list);
      starts.start(db, "INSERT INTO t(x) VALUES ('more')");
      starts.start(db, "DELETE FROM t WHERE id > 3");
      starts.start(db);
      assertThere(db, ".sqlguard", ".bak", ".bak.1", ".bak.keep");
      assertNotWider(db, db.getParent());
      Databases.addRows(db, ROWS);
      starts.start(db);
      Databases.damage(db, "t", 1);
      Starts.Start repaired = starts.start(db);
      assertTrue(Databases.isIntact(db), repaired.lines()::toString);
      assertThere(db, ".corrupt", ".corrupt.report.json");
      assertNotWider(db, db.getParent());
      starts.start(db);
      assertNotWider(db, db.getParent());
    }
  }

  /** Evidence that is copied rather than linked. */
  @ParameterizedTest
  @EnumSource
  void noKeptLogIsWider(Case list) throws Exception {
    Path db = database(list);
    asOwner.start(db);
    Path wal = Databases.beside(db, "-wal");
    Files.write(wal, new byte[4096]);
    Nobody.giveTo(OWNER, wal);
    mode(wal, "rw-------");
    try (var file = Files.newByteChannel(db, java.nio.file.StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
    Starts.Start start = asOwner.start(db);
    assertThere(db, ".corrupt", ".corrupt-wal");
    assertEquals("ok", start.opened());
    assertNotWider(db, db.getParent());
  }

  @ParameterizedTest
  @EnumSource
  void noProposalIsWider(Case list) throws Exception {
    Path db = database(list);
    Databases.damage(db, "t", 1);
    refusing.start(db);
    assertThere(db, ".salvaged");
    assertNotWider(db, db.getParent());
  }

  /** The directory there has a list of its own for new files. */
  @ParameterizedTest
  @EnumSource
  void noBackupElsewhereIsWider(Case list) throws Exception {
    Path db = database(list);
    elsewhere.start(db, "INSERT INTO t(x) VALUES ('more')");
    elsewhere.start(db);
    assertNotWider(db, db.getParent());
    assertNotWider(db, backups);
    assertTrue(readable(backups, THE_OWNER).size() >= 3, "no backups in " + backups);
  }

  /** An owner who adds a list later means the copies too. */
  @ParameterizedTest
  @EnumSource(names = "ON_THE_DATABASE")
  void copiesFollow(Case list) throws Exception {
    Path db = Starts.unused(folder());
    Databases.create(db, ROWS);
    Files.setAttribute(db, "unix:uid", Integer.parseInt(OWNER));
    Files.setAttribute(db, "unix:gid", GROUP);
    mode(db, "rw-r-----");
    asOwner.start(db);
    int[] member = READERS.get(0);
    assertTrue(readable(db.getParent(), member).contains(db.getFileName() + ".bak"));
    list.set(db.getParent(), db);
    asOwner.start(db);
    assertNotWider(db, db.getParent());
  }
}
