package dev.sqlguard.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The built-in collations (SQLite documentation, "Datatypes in SQLite", section 7). */
public enum Collation {
  /** Bytes as they stand in the database's encoding. */
  BINARY,
  /** ASCII letters are equal in either case; a text ends at its first U+0000. */
  NOCASE,
  /** Spaces at the end don't count. */
  RTRIM;

  /** Empty for a collation that an application defines. */
  public static Optional<Collation> named(String name) {
    for (Collation collation : values()) {
      if (collation.name().equals(name.toUpperCase(Locale.ROOT))) {
        return Optional.of(collation);
      }
    }
    return Optional.empty();
  }

  /** Compares two texts, each given by its bytes in the database's encoding. */
  public int compare(
      TextEncoding encoding, byte[] a, int aAt, int aLength, byte[] b, int bAt, int bLength) {
    if (this == BINARY) {
      return Arrays.compareUnsigned(a, aAt, aAt + aLength, b, bAt, bAt + bLength);
    }
    if (encoding != TextEncoding.UTF_8) {
      byte[] left = utf8(encoding, a, aAt, aLength);
      byte[] right = utf8(encoding, b, bAt, bLength);
      return compare(TextEncoding.UTF_8, left, 0, left.length, right, 0, right.length);
    }
    if (this == RTRIM) {
      return Arrays.compareUnsigned(
          a, aAt, trimmed(a, aAt, aLength), b, bAt, trimmed(b, bAt, bLength));
    }
    int common = Math.min(aLength, bLength);
    for (int i = 0; i < common; i++) {
      int left = lower(a[aAt + i]);
      int right = lower(b[bAt + i]);
      if (left != right) {
        return left - right;
      }
      if (left == 0) {
        break;
      }
    }
    return aLength - bLength;
  }

  private static byte[] utf8(TextEncoding encoding, byte[] b, int at, int length) {
    return new String(b, at, length, encoding.charset()).getBytes(StandardCharsets.UTF_8);
  }

  private static int trimmed(byte[] b, int at, int length) {
    int end = at + length;
    while (end > at && b[end - 1] == ' ') {
      end--;
    }
    return end;
  }

  private static int lower(byte c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c & 0xff;
  }
}
