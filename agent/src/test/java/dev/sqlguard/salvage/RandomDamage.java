package dev.sqlguard.salvage;

import java.util.Arrays;
import java.util.Random;

/** One file's bytes, to be damaged at random, a little or thoroughly. */
final class RandomDamage {
  private static final int HEADER = 100;
  private static final int MOST_BLOWS = 4;

  private final Random random;
  private final int pageSize;
  private byte[] bytes;

  RandomDamage(byte[] bytes, int pageSize, Random random) {
    this.bytes = bytes.clone();
    this.pageSize = pageSize;
    this.random = random;
  }

  byte[] bytes() {
    return bytes;
  }

  /** A few kinds of damage, one after the other; returns their names. */
  String strike() {
    StringBuilder names = new StringBuilder();
    for (int blows = 1 + random.nextInt(MOST_BLOWS); blows > 0 && bytes.length > 0; blows--) {
      Blow blow = Blow.values()[random.nextInt(Blow.values().length)];
      blow.strike.on(this);
      names.append(names.isEmpty() ? "" : ", ").append(blow);
    }
    return names.toString();
  }

  private interface Strike {
    void on(RandomDamage damage);
  }

  private enum Blow {
    BIT_FLIPS(RandomDamage::flipBits),
    BYTES(RandomDamage::changeBytes),
    PAGE_ZEROED(damage -> Arrays.fill(damage.bytes, damage.page(), damage.endOfPage(), (byte) 0)),
    PAGE_RANDOM(damage -> damage.randomize(damage.page(), damage.pageSize)),
    PAGES_SWAPPED(RandomDamage::swapPages),
    PAGE_DUPLICATED(damage -> damage.copy(damage.page(), damage.page(), damage.pageSize)),
    SECTOR_MISPLACED(RandomDamage::misplaceSector),
    TRUNCATED(damage -> damage.bytes = Arrays.copyOf(damage.bytes, damage.position())),
    TAIL(RandomDamage::append),
    HEADER_BYTES(RandomDamage::changeHeader),
    HEADER_ZEROED(damage -> Arrays.fill(damage.bytes, 0, damage.within(HEADER), (byte) 0)),
    FREELIST(RandomDamage::changeFreelist),
    PAGE_HEADER(damage -> damage.randomize(damage.tree() + damage.random.nextInt(12), 2)),
    CELL_POINTERS(RandomDamage::changeCellPointers),
    POINTERS(RandomDamage::changePointers),
    VARINTS(RandomDamage::changeVarints),
    CELL_HEADS(RandomDamage::changeCellHeads),
    SCHEMA_TEXT(RandomDamage::changeSchemaText);

    private final Strike strike;

    Blow(Strike strike) {
      this.strike = strike;
    }
  }

  private int within(int limit) {
    return Math.min(limit, bytes.length);
  }

  private int position() {
    return random.nextInt(bytes.length);
  }

  private int pages() {
    return Math.max(1, bytes.length / pageSize);
  }

  /** Where a page starts. */
  private int page() {
    page = random.nextInt(pages()) * pageSize;
    return page;
  }

  private int page;

  private int endOfPage() {
    return within(page + pageSize);
  }

  /** Where the b-tree header of a page starts. */
  private int tree() {
    int start = page();
    return start == 0 ? HEADER : start;
  }

  private int u16(int at) {
    return at + 2 > bytes.length ? 0 : (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  private void put32(int at, int value) {
    for (int i = 0; i < 4 && at + i < bytes.length; i++) {
      bytes[at + i] = (byte) (value >> 24 - 8 * i);
    }
  }

  private void randomize(int from, int length) {
    for (int i = from; i < Math.min(bytes.length, from + length); i++) {
      bytes[i] = (byte) random.nextInt();
    }
  }

  private void copy(int from, int to, int length) {
    int n = Math.min(length, bytes.length - Math.max(from, to));
    if (n > 0) {
      System.arraycopy(bytes, from, bytes, to, n);
    }
  }

  private void flipBits() {
    for (int i = 1 + random.nextInt(20); i > 0; i--) {
      bytes[position()] ^= (byte) (1 << random.nextInt(8));
    }
  }

  private void changeBytes() {
    for (int i = 1 + random.nextInt(20); i > 0; i--) {
      bytes[position()] = (byte) random.nextInt();
    }
  }

  private void swapPages() {
    int a = page();
    int b = page();
    byte[] one = Arrays.copyOfRange(bytes, a, a + pageSize);
    copy(b, a, pageSize);
    System.arraycopy(one, 0, bytes, b, Math.min(pageSize, bytes.length - b));
  }

  private void misplaceSector() {
    int sectors = Math.max(1, bytes.length / 512);
    copy(512 * random.nextInt(sectors), 512 * random.nextInt(sectors), 512);
  }

  private void append() {
    int size = bytes.length;
    bytes = Arrays.copyOf(bytes, size + random.nextInt(3 * pageSize));
    if (random.nextBoolean()) {
      randomize(size, bytes.length - size);
    }
  }

  private void changeHeader() {
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      randomize(random.nextInt(HEADER), 1);
    }
  }

  private void changeFreelist() {
    int first = 1 + random.nextInt(pages());
    put32(32, first);
    put32(36, random.nextInt(pages()));
    if (random.nextBoolean()) {
      int trunk = (first - 1) * pageSize;
      put32(trunk, random.nextInt(pages() + 2));
      int leaves = random.nextInt(20);
      put32(trunk + 4, leaves);
      for (int i = 0; i < leaves; i++) {
        put32(trunk + 8 + 4 * i, random.nextInt(pages() + 2));
      }
    }
  }

  private void changeCellPointers() {
    int tree = tree();
    int cells = u16(tree + 3);
    int array = tree + (tree < bytes.length && (bytes[tree] & 8) == 0 ? 12 : 8);
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      int pointer = array + 2 * random.nextInt(Math.max(1, Math.min(cells, pageSize / 4)));
      if (random.nextBoolean()) {
        randomize(pointer, 2);
      } else {
        copy(array + 2 * random.nextInt(Math.max(1, cells)) % pageSize, pointer, 2);
      }
    }
  }

  /** Wherever the number of a page stands, or might, it becomes that of another one. */
  private void changePointers() {
    int wanted = 1 + random.nextInt(6);
    for (int tries = 0; tries < 2000 && wanted > 0; tries++) {
      int at = position();
      boolean small = at + 4 <= bytes.length && bytes[at] == 0 && bytes[at + 1] == 0;
      if (small && u16(at + 2) > 0 && u16(at + 2) <= pages()) {
        put32(at, 1 + random.nextInt(pages()));
        wanted--;
      }
    }
  }

  private void changeVarints() {
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      int at = position();
      int end = within(at + 1 + random.nextInt(9));
      Arrays.fill(bytes, at, end, (byte) (random.nextBoolean() ? 0xff : 0x81));
    }
  }

  /** Size, key and header of cells. */
  private void changeCellHeads() {
    int tree = tree();
    int array = tree + (tree < bytes.length && (bytes[tree] & 8) == 0 ? 12 : 8);
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      int cell = u16(array + 2 * random.nextInt(1 + Math.min(u16(tree + 3), pageSize / 4)));
      randomize(page + cell + random.nextInt(8), 1);
    }
  }

  private void changeSchemaText() {
    int end = within(pageSize);
    for (int i = 1 + random.nextInt(10); i > 0 && end > HEADER; i--) {
      int at = HEADER + random.nextInt(end - HEADER);
      if (bytes[at] >= ' ') {
        bytes[at] =
            (byte)
                (random.nextBoolean()
                    ? ' ' + random.nextInt(95)
                    : "()\"',[".charAt(random.nextInt(6)));
      }
    }
  }
}
