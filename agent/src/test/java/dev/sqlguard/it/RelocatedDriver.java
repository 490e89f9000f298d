package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The newest sqlite-jdbc under another package name of the same length, native library included, as
 * it is shipped inside other programs: {@code org.sqlite} becomes {@code rel.sqlite} byte by byte.
 * The library's functions have other names then, so the hash table that they are found by (section
 * {@code .gnu.hash}) is written anew.
 */
final class RelocatedDriver {
  private static final String FROM = "org";
  private static final String TO = "rel";
  private static final String[] AFTER = {"/sqlite", ".sqlite", "_sqlite"};

  private RelocatedDriver() {}

  static Path make(Path directory) throws IOException {
    Path made = directory.resolve("relocated.jar");
    try (JarFile source = new JarFile(JarMaker.library("sqlite-jdbc").toFile());
        JarMaker target = new JarMaker(made)) {
      for (JarEntry entry : source.stream().toList()) {
        if (entry.isDirectory() || !isNeeded(entry.getName())) {
          continue;
        }
        byte[] bytes;
        try (var in = source.getInputStream(entry)) {
          bytes = in.readAllBytes();
        }
        relocate(bytes);
        if (entry.getName().endsWith(".so")) {
          new Elf(bytes).rehash();
        }
        byte[] name = entry.getName().getBytes(StandardCharsets.UTF_8);
        relocate(name);
        target.add(new String(name, StandardCharsets.UTF_8), bytes);
      }
    }
    assertTrue(Files.size(made) > 0);
    return made;
  }

  private static boolean isNeeded(String name) {
    return name.endsWith(".class") && !name.startsWith("META-INF/")
        || name.startsWith("META-INF/services/")
        || name.endsWith("pom.properties")
        || name.endsWith("sqlite-jdbc.properties")
        || name.contains("/native/Linux/x86_64/")
        || name.contains("/native/Linux/aarch64/");
  }

  private static void relocate(byte[] bytes) {
    for (String after : AFTER) {
      byte[] from = (FROM + after).getBytes(StandardCharsets.US_ASCII);
      byte[] to = TO.getBytes(StandardCharsets.US_ASCII);
      for (int at = indexOf(bytes, from, 0); at >= 0; at = indexOf(bytes, from, at + 1)) {
        System.arraycopy(to, 0, bytes, at, to.length);
      }
    }
  }

  private static int indexOf(byte[] bytes, byte[] wanted, int start) {
    for (int at = start; at + wanted.length <= bytes.length; at++) {
      int same = 0;
      while (same < wanted.length && bytes[at + same] == wanted[same]) {
        same++;
      }
      if (same == wanted.length) {
        return at;
      }
    }
    return -1;
  }

  /** A 64-bit shared library, little-endian. */
  private static final class Elf {
    private static final int SECTION_HEADERS_AT = 0x28;
    private static final int SECTION_HEADER_SIZE_AT = 0x3a;
    private static final int SECTION_COUNT_AT = 0x3c;
    private static final int OFFSET_IN_HEADER = 0x18;
    private static final int SIZE_IN_HEADER = 0x20;
    private static final int LINK_IN_HEADER = 0x28;
    private static final int SHT_DYNSYM = 11;
    private static final int SHT_GNU_HASH = 0x6ffffff6;
    private static final int SYMBOL_SIZE = 24;

    private final ByteBuffer file;

    Elf(byte[] bytes) {
      this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * One bucket for all symbols, so that their order is free, and a Bloom filter that lets all
     * pass. That is never longer than what was there.
     */
    void rehash() {
      int table = offset(header(SHT_GNU_HASH));
      int symbolsHeader = header(SHT_DYNSYM);
      int symbols = offset(symbolsHeader);
      int count = (int) file.getLong(symbolsHeader + SIZE_IN_HEADER) / SYMBOL_SIZE;
      int names = offset(headerAt(file.getInt(symbolsHeader + LINK_IN_HEADER)));
      int first = file.getInt(table + 4);
      file.putInt(table, 1);
      file.putInt(table + 8, 1);
      file.putLong(table + 16, -1L);
      file.putInt(table + 24, first);
      for (int i = first; i < count; i++) {
        int hash = hash(names + file.getInt(symbols + i * SYMBOL_SIZE)) & ~1;
        file.putInt(table + 28 + 4 * (i - first), i == count - 1 ? hash | 1 : hash);
      }
    }

    private int hash(int at) {
      int hash = 5381;
      for (int i = at; file.get(i) != 0; i++) {
        hash = hash * 33 + (file.get(i) & 0xff);
      }
      return hash;
    }

    private int offset(int header) {
      return (int) file.getLong(header + OFFSET_IN_HEADER);
    }

    private int header(int type) {
      for (int i = 0; i < file.getShort(SECTION_COUNT_AT); i++) {
        int header = headerAt(i);
        if (file.getInt(header + 4) == type) {
          return header;
        }
      }
      throw new IllegalStateException("no section of type " + type);
    }

    private int headerAt(int index) {
      return (int) file.getLong(SECTION_HEADERS_AT) + index * file.getShort(SECTION_HEADER_SIZE_AT);
    }
  }
}
