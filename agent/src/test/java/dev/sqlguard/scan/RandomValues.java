package dev.sqlguard.scan;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Values that are near to each other, or equal by one rule and not by another. */
final class RandomValues {
  private static final long[] INTEGERS = {
    0,
    1,
    -1,
    2,
    127,
    128,
    -128,
    -129,
    32767,
    32768,
    8388607,
    -8388608,
    2147483647,
    2147483648L,
    140737488355327L,
    140737488355328L,
    1L << 53,
    (1L << 53) + 1,
    (1L << 53) - 1,
    1L << 62,
    (1L << 62) + 1,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MAX_VALUE - 1,
    1L << 47,
    -(1L << 53) - 1
  };
  private static final double[] REALS = {
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1e-300,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    0x1p53,
    0x1p53 + 2,
    0x1p62,
    0x1p63,
    -0x1p63,
    0x1p47,
    123456789012.0,
    1.5e15,
    2147483648.0
  };
  private static final String[] SYLLABLES = {
    "a",
    "A",
    "b",
    "B",
    "z",
    "Z",
    "[",
    "`",
    "_",
    "@",
    " ",
    "  ",
    "\0",
    "\u00e4",
    "\u00c4",
    "\u4e2d",
    "\ud834\udd1e",
    "0",
    "1",
    "k",
    "\u212a",
    "\uffee"
  };

  private final Random random;

  RandomValues(Random random) {
    this.random = random;
  }

  /** Of any storage class; null is SQL's NULL. */
  Object any() {
    return switch (random.nextInt(8)) {
      case 0 -> null;
      case 1, 2 -> integer();
      case 3 -> real();
      case 4 -> random.nextInt(3) == 0 ? numeral() : text();
      case 5 -> blob(random.nextInt(20));
      default -> text();
    };
  }

  /** What a column of this declared type is made for, mostly. */
  Object likely(String type) {
    if (random.nextInt(10) == 0) {
      return random.nextBoolean() ? null : any();
    }
    return switch (type) {
      case "INTEGER", "INT", "BIGINT", "CHARINT", "FLOATING POINT" -> integer();
      case "REAL", "DOUBLE", "FLOAT" -> number();
      case "NUMERIC", "DECIMAL(10,2)", "DATE", "BOOLEAN" -> number();
      case "BLOB" -> blob(random.nextInt(30));
      case "TEXT", "VARCHAR(20)", "CLOB" -> text();
      default -> any();
    };
  }

  Object number() {
    return random.nextBoolean() ? integer() : real();
  }

  Long integer() {
    return switch (random.nextInt(4)) {
      case 0 -> INTEGERS[random.nextInt(INTEGERS.length)];
      case 1 -> random.nextLong() >> random.nextInt(64);
      default -> (long) random.nextInt(100) - 20;
    };
  }

  Double real() {
    return switch (random.nextInt(4)) {
      case 0 -> REALS[random.nextInt(REALS.length)];
      case 1 -> random.nextGaussian() * 1e6;
      case 2 -> random.nextInt(100) / 4.0;
      default -> (double) random.nextInt(100);
    };
  }

  /** A text that an affinity makes a number of. */
  private String numeral() {
    return switch (random.nextInt(5)) {
      case 0 -> " " + random.nextInt(100) + " ";
      case 1 -> random.nextInt(100) + ".0";
      case 2 -> random.nextInt(9) + "e2";
      case 3 -> "9007199254740993";
      default -> "" + random.nextInt(100);
    };
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
    }
    if (random.nextBoolean()) {
      text.append(random.nextInt(1000));
    }
    for (int i = random.nextInt(8); i > 5; i--) {
      text.append(' ');
    }
    return text.toString();
  }

  /** Of at least {@code length} bytes in any encoding. */
  String text(int length) {
    StringBuilder text = new StringBuilder(text());
    while (text.length() < length) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.toString();
  }

  /** The bytes of what may be no text in any encoding. */
  byte[] brokenText() {
    byte[][] pieces = {
      {(byte) 0xff},
      {(byte) 0xc3},
      {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
      {(byte) 0xd8, 0},
      {0, (byte) 0xd8},
      {(byte) 0xdc, 0},
      {0, (byte) 0xdc},
      {0, 'a'},
      {'A', 0},
      {0},
      {' '},
      {' ', 0},
      {0, ' '},
      {(byte) 0xfe, (byte) 0xff},
      {(byte) 0xff, (byte) 0xfd},
      {(byte) 0xf4, (byte) 0x90},
      {(byte) 0xc0, (byte) 0x80}
    };
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      text.writeBytes(pieces[random.nextInt(pieces.length)]);
    }
    return text.toByteArray();
  }

  byte[] blob(int length) {
    byte[] blob = new byte[length];
    random.nextBytes(blob);
    if (random.nextInt(4) == 0) {
      byte[] text = text().getBytes(StandardCharsets.UTF_8);
      System.arraycopy(text, 0, blob, 0, Math.min(length, text.length));
    }
    return blob;
  }
}
