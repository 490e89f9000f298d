package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileEndTest {
  private static final int PAGE = 512;
  private static final int PAGES = 4;
  private static final FileEnd ORDINARY = new FileEnd(0, 0);

  private static FileEnd end(byte[] file) throws IOException {
    byte[] header = DatabaseHeader.substitute(PAGE, PAGES);
    System.arraycopy(header, 0, file, 0, header.length);
    return FileEnd.of(new MemoryImage(file), DatabaseHeader.parse(header).orElseThrow());
  }

  private static byte[] file(int length) {
    return new byte[length];
  }

  @Test
  void whereTheHeaderSaysItIs() throws IOException {
    assertEquals(ORDINARY, end(file(PAGES * PAGE)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 512, 513, 100_000})
  void zerosBehindItAreOrdinary(int more) throws IOException {
    assertEquals(ORDINARY, end(file(PAGES * PAGE + more)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 513, 1025})
  void aPartOfAPageIsStray(int more) throws IOException {
    byte[] file = file(PAGES * PAGE + more);
    file[file.length - 1] = 1;
    assertEquals(new FileEnd(more, 0), end(file));
  }

  @Test
  void whatNoPageBeginsWithIsStray() throws IOException {
    for (int first = -128; first < 128; first++) {
      boolean page = Arrays.asList(0, 1, 2, 3, 4, 5, 10, 13).contains(first);
      byte[] file = file(PAGES * PAGE + 3 * PAGE);
      file[PAGES * PAGE + PAGE] = (byte) first;
      assertEquals(page ? ORDINARY : new FileEnd(3 * PAGE, 0), end(file), "begins with " + first);
    }
  }

  @Test
  void lackingPartOfTheLastPage() throws IOException {
    assertEquals(new FileEnd(0, 1), end(file(PAGES * PAGE - 1)));
    assertEquals(new FileEnd(0, PAGE - 1), end(file((PAGES - 1) * PAGE + 1)));
  }

  /** SQLite calls that malformed. */
  @Test
  void lackingWholePagesIsLeftToSqlite() throws IOException {
    assertEquals(ORDINARY, end(file((PAGES - 1) * PAGE)));
  }
}
