package dev.sqlguard.format;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.stream.IntStream;

/**
 * How long a walk through b-trees takes that follows every child pointer (file format, section
 * 1.6). In a sound tree it meets each page once. Where pages share children whose children share
 * children, a few pages make a walk of years: SQLite notices it, and walks on.
 */
public final class TreePaths {
  /** Counting takes four bytes for each page: of a larger image the answer is the careful one. */
  private static final long MOST_PAGES = 1 << 25;

  /** BTCURSOR_MAX_DEPTH: SQLite goes no deeper in its queries. */
  private static final int DEEPEST = 20;

  private static final int UNKNOWN = 0;
  private static final int UNDER_WAY = -1;

  private final ByteSource image;
  private final int pageSize;
  private final int most;

  /** How many pages a walk from each page meets; saturated. */
  private final int[] met;

  private TreePaths(ByteSource image, int pageSize, int pages, long most) {
    this.image = image;
    this.pageSize = pageSize;
    this.most = (int) Math.min(most, Integer.MAX_VALUE - 1);
    this.met = new int[pages + 1];
  }

  /**
   * Whether walks from all of {@code roots} meet more than {@code most} pages, go in circles, or go
   * deeper than SQLite's cursors.
   */
  public static boolean exceed(ByteSource image, int pageSize, Collection<Long> roots, long most)
      throws IOException {
    long pages = image.size() / pageSize;
    if (pages > MOST_PAGES) {
      return true;
    }
    TreePaths paths = new TreePaths(image, pageSize, (int) pages, most);
    long all = 0;
    for (long root : roots) {
      all += root >= 1 && root <= pages ? paths.from((int) root) : 0;
      if (all > most) {
        return true;
      }
    }
    return false;
  }

  /** One page on the way down, and which of its children come next. */
  private static final class Step {
    private final int page;
    private final int[] children;
    private int next;
    private long met = 1;

    Step(int page, int[] children) {
      this.page = page;
      this.children = children;
    }
  }

  private int from(int root) throws IOException {
    Deque<Step> way = new ArrayDeque<>();
    if (met[root] == UNKNOWN) {
      way.push(enter(root));
    }
    while (!way.isEmpty()) {
      Step step = way.peek();
      if (step.next == step.children.length) {
        met[step.page] = (int) Math.min(step.met, most + 1L);
        way.pop();
        continue;
      }
      int child = step.children[step.next];
      if (met[child] == UNKNOWN) {
        if (way.size() == DEEPEST) {
          return most + 1;
        }
        way.push(enter(child));
        continue;
      }
      if (met[child] == UNDER_WAY) {
        return most + 1;
      }
      step.met = Math.min(step.met + met[child], most + 1L);
      step.next++;
    }
    return met[root];
  }

  private Step enter(int number) throws IOException {
    met[number] = UNDER_WAY;
    byte[] page = new byte[pageSize];
    image.read((number - 1L) * pageSize, page, 0, pageSize);
    IntStream.Builder children = IntStream.builder();
    TreePages.eachChild(
        page,
        number,
        child -> {
          if (child >= 1 && child < met.length) {
            children.add((int) child);
          }
        });
    return new Step(number, children.build().toArray());
  }
}
