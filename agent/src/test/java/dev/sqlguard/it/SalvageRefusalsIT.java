package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code salvage} doesn't do: one line, an exit code, and no file is touched or left. */
class SalvageRefusalsIT {
  @TempDir Path directory;
  private Path db;
  private Path out;

  @BeforeEach
  void create() throws Exception {
    db = directory.resolve("app.db");
    out = directory.resolve("saved.db");
    Databases.create(db, 300);
  }

  private void assertRefused(int exitCode, String why, Object... words) throws Exception {
    Map<String, String> before = Images.contentsOf(directory);
    Object[] all = new Object[words.length + 1];
    all[0] = "salvage";
    System.arraycopy(words, 0, all, 1, words.length);
    GuardedJvm.Ended ended = Command.run(all);
    assertEquals(exitCode, ended.exitCode(), ended.errors()::toString);
    assertEquals(0, ended.output().size(), ended.output()::toString);
    String last = ended.errors().get(ended.errors().size() - 1);
    assertTrue(last.startsWith("sqlguard: ") && last.contains(why), ended.errors()::toString);
    assertTrue(
        ended.errors().size() == 1 || ended.errors().get(0).endsWith("checking the backup"),
        ended.errors()::toString);
    assertEquals(before, Images.contentsOf(directory));
  }

  @Test
  void missingFile() throws Exception {
    assertRefused(66, "doesn't exist", directory.resolve("none.db"), out);
  }

  @Test
  void linkThatLeadsNowhere() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
    assertRefused(66, "leads nowhere", link, out);
  }

  @Test
  void directory() throws Exception {
    assertRefused(66, "is a directory", directory, out);
  }

  @Test
  void emptyFile() throws Exception {
    Files.write(db, new byte[0]);
    assertRefused(2, "is empty", db, out);
  }

  @Test
  void textFile() throws Exception {
    Files.writeString(db, "id;name\n1;Zoë\n".repeat(500));
    assertRefused(2, "is a text file", db, out);
  }

  @Test
  void encryptedFile() throws Exception {
    byte[] random = new byte[200_000];
    new Random(5).nextBytes(random);
    Files.write(db, random);
    assertRefused(2, "is encrypted", db, out);
  }

  @Test
  void fileWithoutPermission() throws Exception {
    try (Nobody nobody = new Nobody()) {
      Path secret = nobody.readable().resolve("secret.db");
      Files.copy(db, secret);
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
      GuardedJvm.Ended ended =
          Command.on(nobody.unguarded(), nobody.agent(), "salvage", secret, "/tmp/none.db");
      assertEquals(66, ended.exitCode());
      assertEquals(List.of("sqlguard: " + secret + ": permission denied"), ended.errors());
    }
  }

  @Test
  void directoryWithoutPermission() throws Exception {
    try (Nobody nobody = new Nobody()) {
      Path readable = nobody.readable().resolve("app.db");
      Files.copy(db, readable);
      Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rw-r--r--"));
      Path target = nobody.readable().resolve("saved.db");
      GuardedJvm.Ended ended =
          Command.on(nobody.unguarded(), nobody.agent(), "salvage", readable, target);
      assertTrue(ended.exitCode() != 0);
      assertEquals(1, ended.errors().size(), ended.errors()::toString);
      assertTrue(Files.notExists(target));
    }
  }

  @Test
  void outputThatExists() throws Exception {
    Files.writeString(out, "mine");
    assertRefused(64, "exists already", db, out);
  }

  @Test
  void outputThatIsALinkToNothing() throws Exception {
    Files.createSymbolicLink(out, directory.resolve("elsewhere"));
    assertRefused(64, "exists already", db, out);
  }

  @Test
  void outputThatIsTheInput() throws Exception {
    assertRefused(64, "is the damaged database itself", db, db);
    assertRefused(64, "is the damaged database itself", db, directory.resolve("./app.db"));
  }

  @Test
  void outputThatIsTheInputThroughLinks() throws Exception {
    Path soft = Files.createSymbolicLink(directory.resolve("soft.db"), db);
    assertRefused(64, "is the damaged database itself", db, soft);
    assertRefused(64, "is the damaged database itself", soft, db);
    Path hard = Files.createLink(directory.resolve("hard.db"), db);
    assertRefused(64, "is the damaged database itself", db, hard);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-journal", "-shm"})
  void outputThatWouldBecomePartOfTheInput(String suffix) throws Exception {
    assertRefused(64, "SQLite would take it for a part of", db, Databases.beside(db, suffix));
  }

  @Test
  void outputBesideAStaleLog() throws Exception {
    Files.writeString(Databases.beside(out, "-wal"), "stale");
    assertRefused(64, "SQLite would mix it with", db, out);
  }

  @Test
  void outputInNoDirectory() throws Exception {
    assertRefused(64, "its directory doesn't exist", db, directory.resolve("none/saved.db"));
  }

  @Test
  void inputThatAnotherProcessHasOpen() throws Exception {
    try (var user = Command.user(db, "SELECT count(*) FROM t")) {
      assertRefused(75, "process " + user.pid() + " has it open", db, out);
      assertEquals("ok", user.say("sql", "a", "INSERT INTO t(x) VALUES ('goes on')"));
    }
  }

  @Test
  void inputWhoseLogAnotherProcessWrites() throws Exception {
    try (var user = Command.user(db, "PRAGMA journal_mode=WAL", "DELETE FROM t WHERE id = 1")) {
      assertRefused(75, "is in use", db, out);
      assertEquals("ok", user.say("sql", "a", "INSERT INTO t(x) VALUES ('goes on')"));
    }
  }

  @Test
  void backupThatIsMissing() throws Exception {
    assertRefused(66, "doesn't exist", db, out, "--backup", directory.resolve("none.bak"));
  }

  @Test
  void backupThatIsTheInput() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("soft.db"), db);
    assertRefused(64, "is the damaged database itself", db, out, "--backup", link);
  }

  @Test
  void backupThatIsDamaged() throws Exception {
    Path backup = directory.resolve("backup.db");
    Databases.create(backup, 300);
    Databases.damage(backup, "t", 1);
    assertRefused(66, "can't serve as a backup: DAMAGED", db, out, "--backup", backup);
  }

  @Test
  void backupThatIsNoDatabase() throws Exception {
    Path backup = directory.resolve("backup.db");
    Files.writeString(backup, "text ".repeat(2000));
    assertRefused(66, "can't serve as a backup: can't be judged", db, out, "--backup", backup);
  }

  @Test
  void backupThatIsEmpty() throws Exception {
    Path backup = Files.createFile(directory.resolve("backup.db"));
    assertRefused(66, "can't serve as a backup: it has no table", db, out, "--backup", backup);
  }
}
