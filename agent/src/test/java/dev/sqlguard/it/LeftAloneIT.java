package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.Collation;
import org.sqlite.Function;

/** Where nothing can be told: the file and all of its backups stay as they are, whatever driver. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.sqlguard.it.Drivers#versions")
class LeftAloneIT {
  private static final int ROWS = 400;

  /** It reads the schema of a text index, and looks no further into it than at its tables. */
  private static final String ASKS_NO_TOKENIZER = "3.28.0";

  @AutoClose private static final Drivers drivers = new Drivers("backup-spacing=0s");

  @Parameter String driver;

  @TempDir Path directory;
  private Path db;

  @BeforeEach
  void name() {
    db = Starts.unused(directory);
  }

  /** The database has two backups from better days. */
  private void createWithBackups() throws Exception {
    Databases.create(db, ROWS);
    drivers.starts(driver).start(db, "INSERT INTO t(x) VALUES ('second')");
    drivers.starts(driver).start(db);
    assertTrue(Files.exists(Databases.beside(db, ".bak")));
    assertTrue(Files.exists(Databases.beside(db, ".bak.1")));
  }

  private void assertLeftAlone() throws Exception {
    Map<String, String> before = Images.contentsOf(directory);
    Starts.Start start = drivers.starts(driver).start(db);
    assertEquals(before, Images.contentsOf(directory), start.lines()::toString);
    assertEquals(1, start.lines().size(), start.lines()::toString);
  }

  private void encrypt(int from) throws Exception {
    byte[] plain = Files.readAllBytes(db);
    Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
    aes.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec("0123456789abcdef".getBytes(StandardCharsets.US_ASCII), "AES"),
        new IvParameterSpec(new byte[16]));
    byte[] encrypted = aes.doFinal(plain);
    System.arraycopy(plain, 0, encrypted, 0, from);
    Files.write(db, encrypted);
  }

  @Test
  void encryptedDatabase() throws Exception {
    createWithBackups();
    encrypt(0);
    assertLeftAlone();
  }

  /** As some ciphers leave it, so that the file is recognised as SQLite's. */
  @Test
  void encryptedDatabaseWithAPlainHeader() throws Exception {
    createWithBackups();
    encrypt(32);
    assertLeftAlone();
  }

  @Test
  void encryptedDatabaseWhoseWholeHeaderIsPlain() throws Exception {
    createWithBackups();
    encrypt(100);
    assertLeftAlone();
  }

  @Test
  void encryptedDatabaseWhosePageSizeIsReadable() throws Exception {
    createWithBackups();
    byte[] plain = Images.bytes(db, 16, 8);
    encrypt(0);
    Databases.overwrite(db, 16, plain);
    assertLeftAlone();
  }

  @Test
  void randomBytes() throws Exception {
    createWithBackups();
    byte[] noise = new byte[(int) Files.size(db)];
    new Random(2).nextBytes(noise);
    Files.write(db, noise);
    assertLeftAlone();
  }

  @Test
  void textFile() throws Exception {
    createWithBackups();
    Files.writeString(db, "\n\rname = value, and more of it\n".repeat(2000));
    assertLeftAlone();
  }

  @Test
  void formatThatIsNewerThanEverySqlite() throws Exception {
    createWithBackups();
    Databases.overwrite(db, 18, new byte[] {5, 5});
    assertLeftAlone();
  }

  @Test
  void schemaFormatThatIsNewerThanEverySqlite() throws Exception {
    createWithBackups();
    Images.putInt(db, 44, 9);
    assertLeftAlone();
  }

  @Test
  void schemaThatCannotBeParsed() throws Exception {
    createWithBackups();
    Databases.execute(
        db,
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(id, !' WHERE name = 't'");
    assertLeftAlone();
  }

  @Test
  void unknownCollation() throws Exception {
    createWithBackups();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = connection.createStatement()) {
      Collation.create(
          connection,
          "german",
          new Collation() {
            @Override
            protected int xCompare(String a, String b) {
              return a.compareTo(b);
            }
          });
      statement.execute("CREATE TABLE names(name TEXT COLLATE german)");
      statement.execute("CREATE INDEX by_name ON names(name)");
      statement.execute("INSERT INTO names VALUES ('b'), ('a'), ('c')");
    }
    assertLeftAlone();
  }

  @Test
  void unknownFunctionInAnIndex() throws Exception {
    createWithBackups();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = connection.createStatement()) {
      Function.create(
          connection,
          "twice",
          new Function() {
            @Override
            protected void xFunc() throws java.sql.SQLException {
              result(value_text(0) + value_text(0));
            }
          },
          1,
          Function.FLAG_DETERMINISTIC);
      statement.execute("CREATE INDEX by_twice ON t(twice(x))");
    }
    assertLeftAlone();
  }

  @Test
  void unknownTokenizer() throws Exception {
    createWithBackups();
    Databases.execute(
        db,
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "INSERT INTO f VALUES ('some words')",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE f USING fts5(x, tokenize=mine)'"
            + " WHERE name = 'f'");
    assertFalse(Databases.isIntact(db));
    if (driver.equals(ASKS_NO_TOKENIZER)) {
      assertEquals("ok", drivers.starts(driver).start(db).opened());
      assertArrayEquals(Files.readAllBytes(db), Files.readAllBytes(Databases.beside(db, ".bak")));
    } else {
      assertLeftAlone();
    }
  }
}
