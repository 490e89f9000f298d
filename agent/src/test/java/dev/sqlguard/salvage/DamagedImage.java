package dev.sqlguard.salvage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Random;

/** A database file that a test damages at chosen places. */
final class DamagedImage {
  private static final int HEADER = 100;

  private final Path file;
  private final byte[] bytes;
  private final int pageSize;

  DamagedImage(Path file) throws IOException {
    this.file = file;
    this.bytes = Files.readAllBytes(file);
    int size = (bytes[16] & 0xff) << 8 | bytes[17] & 0xff;
    this.pageSize = size == 1 ? 65536 : size;
  }

  /** The root page of a table or index. */
  static int root(Path file, String name) throws SQLException {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      String query = "SELECT rootpage FROM sqlite_schema WHERE name = '" + name + "'";
      return Integer.parseInt(WrittenDatabase.text(db, query));
    }
  }

  int pages() {
    return bytes.length / pageSize;
  }

  /** Where a page starts. */
  int at(int page) {
    return (page - 1) * pageSize;
  }

  int u8(int at) {
    return bytes[at] & 0xff;
  }

  int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  int u32(int at) {
    return u16(at) << 16 | u16(at + 2);
  }

  int type(int page) {
    return u8(at(page));
  }

  int cells(int page) {
    return u16(at(page) + 3);
  }

  /** Where a cell of a page stands in the file. */
  int cell(int page, int number) {
    return at(page) + u16(pointer(page, number));
  }

  /** Where the pointer to a cell stands. */
  int pointer(int page, int number) {
    return at(page) + (type(page) < 8 ? 12 : 8) + 2 * number;
  }

  /** The page that a cell of an interior page leads to. */
  int child(int page, int number) {
    return u32(cell(page, number));
  }

  DamagedImage put(int at, int... values) {
    for (int i = 0; i < values.length; i++) {
      bytes[at + i] = (byte) values[i];
    }
    return this;
  }

  DamagedImage flip(int at, int bits) {
    bytes[at] ^= (byte) bits;
    return this;
  }

  DamagedImage put32(int at, int value) {
    return put(at, value >> 24, value >> 16, value >> 8, value);
  }

  DamagedImage zeroHeader() {
    Arrays.fill(bytes, 0, HEADER, (byte) 0);
    return this;
  }

  DamagedImage zero(int page) {
    Arrays.fill(bytes, at(page), at(page) + pageSize, (byte) 0);
    return this;
  }

  DamagedImage randomize(int page) {
    byte[] random = new byte[pageSize];
    new Random(page).nextBytes(random);
    System.arraycopy(random, 0, bytes, at(page), pageSize);
    return this;
  }

  DamagedImage copy(int from, int to) {
    System.arraycopy(bytes, at(from), bytes, at(to), pageSize);
    return this;
  }

  /** The first place of a text in the file. */
  int find(String text) {
    byte[] wanted = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (int i = 0; i + wanted.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new AssertionError("nowhere: " + text);
  }

  Path write() throws IOException {
    return Files.write(file, bytes);
  }
}
