package dev.sqlguard.salvage.bench;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The bytes of a sound database, to be read and to be damaged, held in memory as a whole. Shares
 * nothing with the code under test: what measures must not repeat the mistakes of what it measures.
 */
public final class DatabaseImage {
  private final int pageSize;
  private final int usableSize;
  private final Charset charset;
  private byte[] bytes;

  private DatabaseImage(byte[] bytes, int pageSize, int usableSize, Charset charset) {
    this.bytes = bytes;
    this.pageSize = pageSize;
    this.usableSize = usableSize;
    this.charset = charset;
  }

  public static DatabaseImage read(Path file) throws IOException {
    return of(Files.readAllBytes(file));
  }

  /** The bytes aren't copied. */
  public static DatabaseImage of(byte[] bytes) {
    int field = (bytes[16] & 0xff) << 8 | bytes[17] & 0xff;
    int pageSize = field == 1 ? 65536 : field;
    Charset charset =
        switch (bytes[59]) {
          case 2 -> StandardCharsets.UTF_16LE;
          case 3 -> StandardCharsets.UTF_16BE;
          default -> StandardCharsets.UTF_8;
        };
    return new DatabaseImage(bytes, pageSize, pageSize - (bytes[20] & 0xff), charset);
  }

  public DatabaseImage copy() {
    return new DatabaseImage(bytes.clone(), pageSize, usableSize, charset);
  }

  public void write(Path file) throws IOException {
    Files.write(file, bytes);
  }

  public int pageSize() {
    return pageSize;
  }

  public int usableSize() {
    return usableSize;
  }

  public Charset charset() {
    return charset;
  }

  public int pages() {
    return bytes.length / pageSize;
  }

  public int size() {
    return bytes.length;
  }

  /** Where a page starts. */
  public int at(int page) {
    return (page - 1) * pageSize;
  }

  /** Where the b-tree header of a page starts; on page 1 it follows the database header. */
  public int treeAt(int page) {
    return page == 1 ? 100 : at(page);
  }

  public int u8(int at) {
    return bytes[at] & 0xff;
  }

  public int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  public int u32(int at) {
    return u16(at) << 16 | u16(at + 2);
  }

  public byte[] range(int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  public byte[] page(int page) {
    return range(at(page), at(page) + pageSize);
  }

  /** Whether the bytes in a range equal those of {@code other} at the same place. */
  boolean sameRange(byte[] other, int from, int to) {
    return to <= other.length && Arrays.equals(bytes, from, to, other, from, to);
  }

  public void put(int at, byte[] replacement) {
    System.arraycopy(replacement, 0, bytes, at, replacement.length);
  }

  public void flip(int at, int bits) {
    bytes[at] ^= (byte) bits;
  }

  public void zero(int from, int to) {
    Arrays.fill(bytes, from, Math.min(to, bytes.length), (byte) 0);
  }

  public void truncate(int size) {
    bytes = Arrays.copyOf(bytes, size);
  }

  public void append(byte[] tail) {
    int size = bytes.length;
    bytes = Arrays.copyOf(bytes, size + tail.length);
    put(size, tail);
  }
}
