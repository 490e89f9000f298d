package dev.sqlguard.verify;

import static dev.sqlguard.verify.Scratch.execute;
import static dev.sqlguard.verify.Scratch.fill;
import static dev.sqlguard.verify.Scratch.verdict;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SQLite calls the file corrupt at the first look: is it damaged, or is it encrypted? */
class UnreadableSchemaTest {
  @TempDir Path directory;
  private Path image;

  private void create(int rows) throws Exception {
    image = directory.resolve("image.db");
    execute(
        image,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)",
        "CREATE INDEX ix ON t(x)",
        "CREATE TABLE nothing_yet(x)",
        "CREATE TABLE nothing_yet_either(x UNIQUE)",
        fill("t", 1, rows));
  }

  private static byte[] encrypted(byte[] plain) throws Exception {
    Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
    aes.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(new byte[16], "AES"),
        new IvParameterSpec(new byte[16]));
    return aes.doFinal(plain);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5000})
  void pagesThatAreEncryptedBehindAPlainHeaderAreNotDamage(int rows) throws Exception {
    create(rows);
    byte[] plain = Files.readAllBytes(image);
    byte[] encrypted = encrypted(plain);
    System.arraycopy(plain, 0, encrypted, 0, 100);
    Files.write(image, encrypted);
    assertInstanceOf(Verdict.CannotTell.class, verdict(image));
  }

  @Test
  void aFileCutToHalfIsDamaged() throws Exception {
    create(2000);
    byte[] whole = Files.readAllBytes(image);
    Files.write(image, Arrays.copyOf(whole, whole.length / 2));
    Verdict.Damaged damaged = assertInstanceOf(Verdict.Damaged.class, verdict(image));
    assertTrue(damaged.losesRows());
    assertTrue(damaged.leafCells() > 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 2000})
  void aFirstPageThatIsNoneAmongPagesThatAreIsDamage(int rows) throws Exception {
    create(rows);
    byte[] bytes = Files.readAllBytes(image);
    byte[] noise = new byte[4096 - 100];
    new Random(5).nextBytes(noise);
    System.arraycopy(noise, 0, bytes, 100, noise.length);
    Files.write(image, bytes);
    Verdict.Damaged damaged = assertInstanceOf(Verdict.Damaged.class, verdict(image));
    assertTrue(damaged.losesRows());
    assertEquals(rows, damaged.leafCells());
  }
}
