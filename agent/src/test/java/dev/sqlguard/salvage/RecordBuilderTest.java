package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.store.Disk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordBuilderTest {
  @TempDir Path directory;

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0208",
    "1, 0209",
    "2, 020102",
    "-1, 0201ff",
    "127, 02017f",
    "128, 02020080",
    "-129, 0202ff7f",
    "32768, 0203008000",
    "8388608, 020400800000",
    "2147483648, 0205000080000000",
    "140737488355328, 02060000800000000000",
    "-140737488355328, 0205800000000000",
    "-9223372036854775808, 02068000000000000000",
  })
  void integersTakeTheFewestBytes(long value, String record) {
    assertEquals(record, hex(new RecordBuilder().addInteger(value).build()));
  }

  @Test
  void valuesOfAllStorageClasses() {
    RecordBuilder builder = new RecordBuilder().addNull().addReal(1.5).addReal(Double.NaN);
    builder.addText(ascii("ab")).addBlob(new byte[] {1, 2}).add(3, new byte[] {9, 7, 6, 5}, 1);
    assertEquals(
        "07000700111003" + "3ff8000000000000" + "6162" + "0102" + "070605", hex(builder.build()));
    assertEquals("01", hex(builder.clear().build()));
  }

  /** The header's size counts itself, so its own length can change it. */
  @ParameterizedTest
  @ValueSource(ints = {125, 126, 127, 128, 16380, 16381, 16382, 16383, 16384})
  void headersOfEveryLength(int values) {
    RecordBuilder builder = new RecordBuilder();
    for (int i = 0; i < values; i++) {
      builder.addInteger(2);
    }
    int sizeLength = values < 127 ? 1 : values < 16382 ? 2 : 3;
    assertEquals(2 * values + sizeLength, builder.build().length);
  }

  @Test
  void valuesThatStandElsewhere() throws Exception {
    byte[] other = new byte[100];
    new Random(1).nextBytes(other);
    RecordBuilder builder = new RecordBuilder().addInteger(77).addFollowing(12 + 2 * 60);
    builder.addNull().addFollowing(0).addFollowing(1);
    assertThrows(IllegalStateException.class, () -> builder.addInteger(5));
    assertThrows(IllegalStateException.class, builder::build);
    Payload payload = builder.build(Payload.of(other, 0, other.length), 20);
    String expected = "0701810400" + "0001" + "4d" + hex(other).substring(40, 40 + 2 * 61);
    assertEquals(expected.length() / 2, payload.size());
    for (int from = 0; from < payload.size(); from++) {
      for (int length = 0; from + length <= payload.size(); length++) {
        byte[] part = new byte[length + 2];
        payload.read(from, part, 1, length);
        assertEquals("00" + expected.substring(2 * from, 2 * (from + length)) + "00", hex(part));
      }
    }
  }

  @Test
  void reservedSerialTypesAreRefused() {
    for (long type : new long[] {-1, 10, 11}) {
      assertThrows(
          IllegalArgumentException.class, () -> new RecordBuilder().add(type, new byte[9], 0));
      assertThrows(IllegalArgumentException.class, () -> new RecordBuilder().addFollowing(type));
    }
  }

  @Test
  void onlyTheRootPageOfASchemaRecordChanges() {
    for (int before : new int[] {0, 1, 5, 70_000}) {
      for (int after : new int[] {0, 1, 200, 1 << 30}) {
        byte[][] records = new byte[2][];
        for (int i = 0; i < 2; i++) {
          RecordBuilder builder = new RecordBuilder().addText(ascii("index"));
          builder.addText(new byte[] {(byte) 0xff, 0}).addText(ascii("t"));
          builder.addInteger(i == 0 ? before : after);
          records[i] = builder.addText(new byte[300]).addBlob(ascii("more")).build();
        }
        assertArrayEquals(records[1], RecordBuilder.withRootPage(records[0], after));
      }
    }
  }

  @Test
  void whatIsNoSchemaRecordIsRefused() {
    byte[] record =
        new RecordBuilder().addText(ascii("a")).addNull().addNull().addInteger(300).build();
    assertEquals(record.length - 1, RecordBuilder.withRootPage(record, 4).length);
    for (int length = 0; length < record.length; length++) {
      byte[] cut = Arrays.copyOf(record, length);
      assertThrows(
          IllegalArgumentException.class, () -> RecordBuilder.withRootPage(cut, 4), "" + length);
    }
    Random random = new Random(3);
    for (int i = 0; i < 200_000; i++) {
      byte[] hostile = new byte[random.nextInt(20)];
      random.nextBytes(hostile);
      if (hostile.length > 0 && i % 2 == 0) {
        hostile[0] = (byte) random.nextInt(hostile.length + 1);
      }
      try {
        RecordBuilder.withRootPage(hostile, 4);
      } catch (IllegalArgumentException e) {
        assertEquals(IllegalArgumentException.class, e.getClass());
      }
    }
  }

  @Test
  void sqliteReadsWhatWasComposed() throws Exception {
    Path file = directory.resolve("composed.db");
    WrittenDatabase made = new WrittenDatabase(TextEncoding.UTF_8);
    StringJoiner numbers = new StringJoiner("\n");
    try (DatabaseWriter writer =
        new DatabaseWriter(
            file, WrittenDatabase.layout(4096, 0, TextEncoding.UTF_8, 0), new Disk())) {
      TreeWriter tree = writer.table(made.table(writer, "t", "(n, r REAL)"));
      RecordBuilder builder = new RecordBuilder();
      for (int i = 0; i < 64; i++) {
        long number = (1L << i) - i % 2;
        numbers.add(String.valueOf(number));
        byte[] record = builder.clear().addInteger(number).addReal(number).build();
        tree.add(i, record, 0, record.length);
      }
      tree.finish();
      made.writeSchema(writer);
    }
    try (Connection db = WrittenDatabase.open(file)) {
      WrittenDatabase.assertIntact(db, "as written");
      assertEquals(
          numbers.toString(),
          WrittenDatabase.text(
              db, "SELECT n FROM t WHERE typeof(r) = 'real' AND r = CAST(n AS REAL)"));
    }
  }
}
