package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.Geometry;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** How much of a file is read for its pages. */
class PagesTest {
  private static final int PAGE = 4096;
  private static final int COUNT = 1009;

  private long calls;
  private long bytes;

  /** Every page is full of its own number. The file ends within the last one. */
  private final ByteSource image =
      new ByteSource() {
        @Override
        public long size() {
          return (long) COUNT * PAGE - 96;
        }

        @Override
        public int read(long position, byte[] into, int offset, int length) {
          int there = (int) Math.max(0, Math.min(length, size() - position));
          for (int i = 0; i < there; i++) {
            into[offset + i] = content(position + i);
          }
          calls++;
          bytes += there;
          return there;
        }
      };

  private final Pages pages = new Pages(image, new Geometry(PAGE, PAGE, COUNT), 0);

  private static byte content(long at) {
    return (byte) (at / PAGE % 251);
  }

  private void read(int page) throws Exception {
    byte[] into = new byte[PAGE];
    assertTrue(pages.read(page, into));
    byte[] expected = new byte[PAGE];
    int there = page == COUNT ? PAGE - 96 : PAGE;
    Arrays.fill(expected, 0, there, content((page - 1L) * PAGE));
    assertEquals(-1, Arrays.mismatch(expected, into), "page " + page);
  }

  @Test
  void fromFrontToBackEveryByteIsReadOnceInLargePieces() throws Exception {
    for (int page = 1; page <= COUNT; page++) {
      read(page);
    }
    assertTrue(bytes < image.size() + PAGE, bytes + " bytes");
    assertTrue(calls < COUNT / 10, calls + " calls");
  }

  @Test
  void hereAndThereNothingIsReadThatNobodyAskedFor() throws Exception {
    for (int i = 0; i < COUNT; i++) {
      read(1 + i * 500 % COUNT);
    }
    assertTrue(bytes < image.size() + PAGE, bytes + " bytes");
  }

  @Test
  void treesThatTakeTurnsShareWhatIsRead() throws Exception {
    for (int page = 1; page <= COUNT; page += 3) {
      read(page);
    }
    assertTrue(bytes <= image.size(), bytes + " bytes");
    assertTrue(calls < COUNT / 10, calls + " calls");
  }
}
