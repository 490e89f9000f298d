package dev.sqlguard.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sqlguard.guard.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our reading of a URI against SQLite's own. */
class UriReadingTest {
  private static final int USUAL = 0x46;

  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void makeFilesAndLinks() throws Exception {
    directory = temporary.toRealPath();
    Files.createDirectories(directory.resolve("a/b"));
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + directory + "/real.db");
        Statement statement = db.createStatement()) {
      statement.execute("CREATE TABLE t(a)");
    }
    Files.createSymbolicLink(directory.resolve("link.db"), Path.of("real.db"));
    Files.createSymbolicLink(directory.resolve("dangling.db"), Path.of("a/later.db"));
    Files.createSymbolicLink(directory.resolve("folder"), Path.of("a/b"));
  }

  private Optional<Target> resolve(String argument) throws Exception {
    return OpenArgument.resolve(argument, USUAL, directory);
  }

  /**
   * Attached to a connection in memory, since a driver rearranges the parameters of what it opens
   * itself.
   */
  private static Connection attached(String argument) throws SQLException {
    Connection db = DriverManager.getConnection("jdbc:sqlite::memory:");
    try (PreparedStatement attach = db.prepareStatement("ATTACH ? AS other")) {
      attach.setString(1, argument);
      attach.execute();
      return db;
    } catch (SQLException e) {
      db.close();
      throw e;
    }
  }

  private static void run(Connection db, String text) throws SQLException {
    try (Statement statement = db.createStatement()) {
      statement.execute(text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/x.db",
        "/x%20y.db",
        "/x%00y.db",
        "/x.db#y",
        "/x.db#?mode=memory",
        "/x%23y.db",
        "/x%3fy.db?mode=rwc",
        "/x%zz.db",
        "/x%.db",
        "/x+y.db",
        "/x&mode=memory",
        "/%c3%a4.db",
        "/\u00e4.db",
        "/x.db?mode=memory",
        "/x.db?m%6fde=mem%6Fry",
        "/x.db?mode=rwc&mode=memory",
        "/x.db?MODE=memory",
        "/x.db?mode=memory&mode=rwc",
        "/x.db?vfs=memdb",
        "/x.db?&&mode=rwc&",
        "/x.db?=memory&mode=rwc",
        "/x.db?m%00ode=memory&mode=rwc",
        "/x.db?mode=memory%00rwc",
        "/a//b/../x.db",
        "/folder/../x.db",
        "/folder/x.db",
        "/link.db",
        "/dangling.db"
      })
  void theSameFileIsMeant(String rest) throws Exception {
    for (String before : new String[] {"file:", "file://", "file://localhost"}) {
      String uri = before + directory + rest;
      assertEquals(
          openedBySqlite(uri), resolve(uri).map(Target::file).map(Path::toString).orElse(""), uri);
    }
  }

  /** The empty text where SQLite opens no file. */
  private static String openedBySqlite(String uri) throws Exception {
    try (Connection db = attached(uri);
        Statement statement = db.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT file FROM pragma_database_list WHERE name = 'other'")) {
      String file = rows.next() ? rows.getString("file") : null;
      return file == null || file.isEmpty() ? "" : Path.of(file).toString();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mode=ro",
        "mode=rw",
        "mode=rw&mode=ro",
        "immutable=1",
        "immutable=on",
        "immutable=YES",
        "immutable=True",
        "immutable=01",
        "immutable=2x",
        "immutable=0",
        "immutable=off",
        "immutable",
        "immutable=",
        "immutable=maybe",
        "immutable=00",
        "immutable=0x",
        "immutable=256",
        "immutable=257",
        "immutable=0x1",
        "immutable=0x100",
        "immutable=0X01",
        "immutable=0xg",
        "immutable=0x7fffffff",
        "immutable=0x80000001",
        "immutable=0x000000000001",
        "immutable=0x100000001",
        "immutable=2147483647",
        "immutable=2147483649",
        "immutable=0000000000001",
        "immutable=4294967297",
        "immutable=12345678901",
        "immutable=-1",
        "immutable=+1",
        "immutable=1e9",
        "immutable=full",
        "immutable=no",
        "immutable=\u0661",
        "immutable=1&immutable=0",
        "immutable=0&immutable=1",
        "IMMUTABLE=1"
      })
  void whatCanNotBeWrittenIsReadOnly(String query) throws Exception {
    String uri = "file:" + directory + "/real.db?" + query;
    boolean written = true;
    try (Connection db = attached(uri)) {
      run(db, "INSERT INTO other.t VALUES (1)");
    } catch (SQLException e) {
      written = false;
    }
    assertEquals(!written, resolve(uri).orElseThrow().readOnly());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nolock=0",
        "nolock=1",
        "nolock=0x",
        "nolock=1&nolock=0",
        "nolock=0&nolock=1",
        "vfs=unix",
        "vfs=unix-none",
        "vfs=unix-dotfile",
        "vfs=unix-excl"
      })
  void whatOthersDoNotSeeIsWithoutLocks(String query) throws Exception {
    String uri = "file:" + directory + "/real.db?" + query;
    boolean seen = false;
    try (Connection db = attached(uri);
        Connection rival =
            DriverManager.getConnection("jdbc:sqlite:" + directory + "/real.db?busy_timeout=0")) {
      run(db, "BEGIN");
      run(db, "INSERT INTO other.t VALUES (1)");
      run(rival, "BEGIN IMMEDIATE");
    } catch (SQLException e) {
      seen = true;
    }
    assertEquals(seen, resolve(uri).orElseThrow().locking());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file://other", "file://LOCALHOST", "file://localhost:80", "file://#"})
  void anotherAuthorityIsNoFile(String before) throws Exception {
    assertEquals(Optional.empty(), resolve(before + directory.resolve("real.db")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "foo?mode=memory | foo?mode=memory",
        ":memory:x | :memory:x",
        "FILE::memory: | FILE::memory:",
        "file:sub/../x.db | x.db",
        "file:x%3fy%23z.db | x?y#z.db"
      })
  void otherNamesReferToTheWorkingDirectory(String argument, String expected) throws Exception {
    Files.createDirectory(directory.resolve("sub"));
    assertEquals(directory.resolve(expected), resolve(argument).orElseThrow().file());
  }

  @Test
  void aLinkIntoAMissingDirectoryIsNoFile() throws Exception {
    Files.createSymbolicLink(directory.resolve("lost.db"), Path.of("missing/x.db"));
    assertEquals(Optional.empty(), resolve("lost.db"));
  }

  /** A file may have such a name; Java can't say it, and must not say another one's. */
  @ParameterizedTest
  @ValueSource(strings = {"caf%e9.db", "%c3.db", "%c0%af.db", "%ed%a0%80.db", "x\ud800.db"})
  void aNameThatIsNoTextIsNotTakenForAnother(String name) {
    assertThrows(IOException.class, () -> resolve("file:" + directory + "/" + name));
  }
}
