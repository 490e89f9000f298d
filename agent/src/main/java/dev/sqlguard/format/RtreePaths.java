package dev.sqlguard.format;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How long a walk through an R-Tree takes that follows every cell ("The SQLite R*Tree Module",
 * section 4). In a sound tree it meets each node once. Ten nodes whose cells all name the same
 * child make a walk of centuries, and SQLite's own check walks it.
 */
public final class RtreePaths {
  /** So often a node may be met, which costs SQLite little. */
  private static final long TIMES = 8;

  private static final long SHORT_WALK = 10_000;

  /** Deeper trees SQLite doesn't enter. */
  private static final int DEEPEST = 40;

  private static final int HEADER = 4;
  private static final int ROWID = 8;
  private static final int COORDINATE = 4;
  private static final long ROOT = 1;

  /**
   * Where nodes are looked up.
   *
   * @param <E> what goes wrong with it
   */
  @FunctionalInterface
  public interface Nodes<E extends Exception> {
    /** The content of a node; null where there is none of this number. */
    byte[] node(long number) throws E;
  }

  private RtreePaths() {}

  /**
   * Whether the walk meets many more nodes than there are: then some have several parents, or don't
   * exist.
   *
   * @param count how many there are
   */
  public static <E extends Exception> boolean exceed(Nodes<E> nodes, int coordinates, long count)
      throws E {
    long most = SHORT_WALK + TIMES * count;
    byte[] root = nodes.node(ROOT);
    int depth = root == null || root.length < HEADER ? 0 : BigEndian.u16(root, 0);
    if (depth > DEEPEST) {
      return false;
    }
    int cell = ROWID + COORDINATE * coordinates;
    long met = 1;
    Deque<Step> way = new ArrayDeque<>();
    way.push(new Step(root, cell));
    while (!way.isEmpty()) {
      Step step = way.peek();
      // The cells of a leaf are rows; and nobody needs to read leaves in order to count them.
      boolean aboveLeaves = way.size() == depth;
      if (way.size() > depth || step.next == step.cells || aboveLeaves) {
        met += aboveLeaves ? step.cells : 0;
        way.pop();
      } else {
        long child = step.nextChild(cell);
        met++;
        way.push(new Step(nodes.node(child), cell));
      }
      if (met > most) {
        return true;
      }
    }
    return false;
  }

  /** One node on the way down, and which of its cells comes next. */
  private static final class Step {
    private final byte[] node;
    private final int cells;
    private int next;

    Step(byte[] node, int cell) {
      this.node = node;
      int said = node == null || node.length < HEADER ? 0 : BigEndian.u16(node, 2);
      // Whose cells don't fit into it is refused as a whole.
      this.cells = said > 0 && HEADER + (long) said * cell <= node.length ? said : 0;
    }

    long nextChild(int cell) {
      int at = HEADER + cell * next++;
      return BigEndian.u32(node, at) << 32 | BigEndian.u32(node, at + 4);
    }
  }
}
