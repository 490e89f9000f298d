package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RtreePathsTest {
  private static final int COORDINATES = 2;
  private static final int CELL = 16;

  private final Map<Long, byte[]> nodes = new HashMap<>();
  private long looked;

  private void put(long number, int depth, long... children) {
    ByteBuffer node = ByteBuffer.allocate(4 + CELL * children.length);
    node.putShort((short) depth).putShort((short) children.length);
    for (int i = 0; i < children.length; i++) {
      node.putLong(4 + CELL * i, children[i]);
    }
    nodes.put(number, node.array());
  }

  private boolean exceed(long most) {
    looked = 0;
    return RtreePaths.exceed(
        number -> {
          looked++;
          return nodes.get(number);
        },
        COORDINATES,
        most);
  }

  private static long[] following(long first, int count) {
    return LongStream.range(first, first + count).toArray();
  }

  /** A thousand leaves for each of twenty nodes. */
  @Test
  void aSoundTreeHasAnEndAndNoLeafIsRead() {
    put(1, 2, following(2, 20));
    for (int i = 0; i < 20; i++) {
      put(2 + i, 0, following(100 + 1000 * i, 1000));
    }
    assertFalse(exceed(20_021));
    assertEquals(21, looked);
    // Of so few nodes it can't be the tree.
    assertTrue(exceed(1));
  }

  /** Common damage is SQLite's to say. */
  @Test
  void aNodeWithTwoParentsOrNoneIsNoMatter() {
    put(1, 2, 2, 2, 3, 77);
    put(2, 0, 4, 4);
    put(3, 0, 4);
    assertFalse(exceed(4));
  }

  @Test
  void oneChildAgainAndAgainIsFoundAtOnce() {
    int depth = 40;
    for (int level = 0; level <= depth; level++) {
      long[] children = new long[51];
      Arrays.fill(children, level + 2);
      put(level + 1, level == 0 ? depth : 0, children);
    }
    assertTrue(exceed(nodes.size()));
    assertTrue(looked < 1000, () -> looked + " nodes read");
  }

  @Test
  void aCircleIsFoundToo() {
    put(1, 40, 1, 1);
    assertTrue(exceed(1));
  }

  /** SQLite says what is wrong with it, and goes no further. */
  @Test
  void whatIsNoNodeHasNoChildren() {
    assertFalse(exceed(1));
    nodes.put(1L, new byte[3]);
    assertFalse(exceed(1));
    put(1, 41, 1, 1);
    assertFalse(exceed(1));
    put(1, 1, 2);
    ByteBuffer.wrap(nodes.get(1L)).putShort(2, (short) -1);
    assertFalse(exceed(1));
    put(1, 2, 2);
    nodes.put(2L, null);
    assertFalse(exceed(2));
  }
}
