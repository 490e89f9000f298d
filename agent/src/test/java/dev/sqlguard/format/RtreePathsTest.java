package dev.sqlguard.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
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

  @Test
  void aSoundTreeMeetsEachNodeOnceAndReadsNoLeaf() {
    put(1, 2, 2, 3);
    put(2, 0, 4, 5);
    put(3, 0, 6);
    assertFalse(exceed(6));
    assertTrue(exceed(5));
    assertEquals(3, looked);
  }

  @Test
  void oneChildAgainAndAgainIsFoundAtOnce() {
    int depth = 40;
    for (int level = 0; level <= depth; level++) {
      long[] children = new long[51];
      java.util.Arrays.fill(children, level + 2);
      put(level + 1, level == 0 ? depth : 0, children);
    }
    assertTrue(exceed(nodes.size()));
    assertTrue(looked <= nodes.size());
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
