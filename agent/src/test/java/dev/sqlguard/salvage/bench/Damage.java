package dev.sqlguard.salvage.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The kinds of damage that are measured: what failing disks, lost, torn and misdirected writes,
 * stray programs and interrupted copies do to a database. Each changes the bytes of a sound
 * database reproducibly: same bytes, same seed, same damage. Where a database is too small for a
 * count, all of its pages of that kind are hit.
 */
public enum Damage {
  UNDAMAGED("nothing is damaged") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return "";
    }
  },
  CELL_POINTER_BIT("one bit flipped in the cell pointer array of a leaf of the largest table") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      PageMap.Page leaf = any(map.pages(targets.largest(), PageMap.Kind.TABLE_LEAF), random);
      int pointer = random.nextInt(PageMap.cellStarts(image, leaf.number()).length);
      image.flip(image.at(leaf.number()) + 8 + 2 * pointer, 0x02);
      return "page " + leaf.number() + ", pointer " + pointer;
    }
  },
  PAGE_TYPE_BIT("one bit flipped in the page type of a leaf of the largest table") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      PageMap.Page leaf = any(map.pages(targets.largest(), PageMap.Kind.TABLE_LEAF), random);
      image.flip(image.at(leaf.number()), 0x01);
      return "page " + leaf.number();
    }
  },
  LEAVES_ZEROED("16 leaves of tables zeroed") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      List<PageMap.Page> leaves = map.pages(PageMap.Kind.TABLE_LEAF);
      leaves.removeIf(p -> p.object().equals(PageMap.SCHEMA));
      List<PageMap.Page> hit = some(leaves, 16, random);
      hit.forEach(p -> zero(image, p));
      return counts(hit);
    }
  },
  HEADER_ZEROED("the database header, 100 bytes, zeroed") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      image.zero(0, 100);
      return "";
    }
  },
  FIRST_PAGE_ZEROED("the whole of page 1 zeroed") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      image.zero(0, image.pageSize());
      return "";
    }
  },
  INTERIOR_PAGE_RANDOM(
      "an interior page of the largest table, not its root, full of random bytes") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return randomInterior(image, map, targets.largest(), PageMap.Kind.TABLE_INTERIOR, random);
    }
  },
  ROOT_PAGE_RANDOM("the root page of the largest table full of random bytes") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return randomRoot(image, map, targets.largest(), random);
    }
  },
  FREELIST_TRUNK_RANDOM("the first trunk page of the freelist full of random bytes") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      int trunk = image.u32(32);
      if (trunk == 0) {
        throw new IllegalArgumentException("a database without a freelist");
      }
      image.put(image.at(trunk), randomBytes(image.pageSize(), random));
      return "page " + trunk;
    }
  },
  TRUNCATED("the file cut off at 70 %, within a page") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      int size = (int) (image.size() * 0.7);
      size += size % image.pageSize() == 0 ? image.pageSize() / 3 : 0;
      image.truncate(size);
      return size + " bytes left";
    }
  },
  TAIL_RANDOM("300,001 random bytes behind the end") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      image.append(randomBytes(300_001, random));
      return "";
    }
  },
  ONE_PERCENT_RANDOM("1 % of all pages, never page 1, full of random bytes") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return randomPages(image, map, image.pages() / 100, random);
    }
  },
  SCHEMA_LEAF_ZEROED("the leaf of sqlite_schema that names the largest table zeroed") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      int leaf = map.entry(targets.largest()).leaf();
      image.zero(image.treeAt(leaf), image.at(leaf) + image.pageSize());
      return "page " + leaf;
    }
  },
  INDEX_ROOT_RANDOM("the root page of an index full of random bytes") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return randomRoot(image, map, targets.index(), random);
    }
  },
  TORN_SECTORS("64 pages with 1 to 7 sectors of 512 bytes taken from another page of their kind") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      List<PageMap.Page> pool = new ArrayList<>(map.pages(PageMap.Kind.TABLE_LEAF));
      pool.addAll(map.pages(PageMap.Kind.INDEX_LEAF));
      pool.addAll(map.pages(PageMap.Kind.OVERFLOW));
      pool.removeIf(p -> p.number() == 1);
      pool.sort(Comparator.comparingInt(PageMap.Page::number));
      List<PageMap.Page> hit = some(pool, 64, random);
      hit.forEach(page -> tear(image, map, page, random));
      return counts(hit);
    }
  },
  OVERFLOW_PAGES_ZEROED("20 overflow pages of one table zeroed") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      List<PageMap.Page> hit =
          some(map.pages(targets.overflowing(), PageMap.Kind.OVERFLOW), 20, random);
      hit.forEach(p -> zero(image, p));
      return numbers(hit);
    }
  },
  MISDIRECTED_WRITES("8 leaves of the largest table are copies of leaves of another one") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return misdirect(image, map, targets.largest(), targets.bare(), random);
    }
  },
  LEAF_LINKED_TWICE(
      "a child pointer of the largest table leads to the next leaf, its own is lost") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      PageMap.Page page = interior(map, targets.largest(), PageMap.Kind.TABLE_INTERIOR, random);
      int[] cells = PageMap.cellStarts(image, page.number());
      int child = random.nextInt(cells.length - 1);
      image.put(cells[child], image.range(cells[child + 1], cells[child + 1] + 4));
      return "page " + page.number() + ", child " + child;
    }
  },
  WITHOUT_ROWID_INTERIOR_RANDOM(
      "an interior page of a WITHOUT ROWID table, not its root, full of random bytes") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return randomInterior(
          image, map, targets.withoutRowid(), PageMap.Kind.INDEX_INTERIOR, random);
    }
  },
  FIRST_MEBIBYTE_ZEROED("the first MiB zeroed: page 1, the schema, many roots") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      image.zero(0, 1 << 20);
      return "";
    }
  },
  PAGE_SIZE_FIELD("the header says another page size, twice as large or, at 65536, half") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      int other = image.pageSize() == 65536 ? 32768 : image.pageSize() * 2;
      int field = other == 65536 ? 1 : other;
      image.put(16, new byte[] {(byte) (field >> 8), (byte) field});
      return other + " bytes";
    }
  },
  FIVE_PERCENT_RANDOM("5 % of all pages, never page 1, full of random bytes") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return randomPages(image, map, image.pages() / 20, random);
    }
  },
  MISDIRECTED_WRITES_UNCHECKED("8 leaves of a table without constraints are copies of others") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      return misdirect(image, map, targets.bare(), targets.largest(), random);
    }
  },
  VALUE_BITS("one bit flipped in each of 50 rows of the largest table, anywhere in the cell") {
    @Override
    String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random) {
      List<PageMap.Page> hit =
          some(map.pages(targets.largest(), PageMap.Kind.TABLE_LEAF), 50, random);
      for (PageMap.Page page : hit) {
        Cell cell = any(map.cells(page.number()), random);
        image.flip(
            cell.start() + random.nextInt(cell.end() - cell.start()), 1 << random.nextInt(8));
      }
      return numbers(hit);
    }
  };

  private static final int SECTOR = 512;

  private final String description;

  Damage(String description) {
    this.description = description;
  }

  public String description() {
    return description;
  }

  /**
   * Its place in the list, 1 to 23 (0 for no damage), and its name: {@code 05 first page zeroed}.
   */
  public String title() {
    return "%02d %s".formatted(ordinal(), name().toLowerCase(Locale.ROOT).replace('_', ' '));
  }

  /**
   * Writes a damaged copy of a database.
   *
   * @return what exactly was hit
   */
  public String make(Path base, Path damaged, DamageTargets targets, long seed) throws IOException {
    DatabaseImage image = DatabaseImage.read(base);
    return make(image, new PageMap(image), damaged, targets, seed);
  }

  String make(DatabaseImage base, PageMap map, Path damaged, DamageTargets targets, long seed)
      throws IOException {
    DatabaseImage image = base.copy();
    String hit = apply(image, map, targets, new Random(seed * 1_000_003 + name().hashCode()));
    image.write(damaged);
    return hit;
  }

  abstract String apply(DatabaseImage image, PageMap map, DamageTargets targets, Random random);

  private static <T> T any(List<T> choice, Random random) {
    if (choice.isEmpty()) {
      throw new IllegalArgumentException("a database without anything to damage in this way");
    }
    return choice.get(random.nextInt(choice.size()));
  }

  private static List<PageMap.Page> some(List<PageMap.Page> choice, int count, Random random) {
    List<PageMap.Page> shuffled = new ArrayList<>(choice);
    Collections.shuffle(shuffled, random);
    List<PageMap.Page> some = shuffled.subList(0, Math.min(count, shuffled.size()));
    some.sort(Comparator.comparingInt(PageMap.Page::number));
    return some;
  }

  private static byte[] randomBytes(int count, Random random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void zero(DatabaseImage image, PageMap.Page page) {
    image.put(image.at(page.number()), new byte[image.pageSize()]);
  }

  private static PageMap.Page interior(
      PageMap map, String object, PageMap.Kind kind, Random random) {
    List<PageMap.Page> pages = map.pages(object, kind);
    List<PageMap.Page> belowTheRoot = pages.stream().filter(p -> p.depth() == 1).toList();
    return any(belowTheRoot.isEmpty() ? pages : belowTheRoot, random);
  }

  private static String randomInterior(
      DatabaseImage image, PageMap map, String object, PageMap.Kind kind, Random random) {
    PageMap.Page page = interior(map, object, kind, random);
    image.put(image.at(page.number()), randomBytes(image.pageSize(), random));
    return "page " + page.number() + ", " + map.children(page.number()) + " children";
  }

  private static String randomRoot(DatabaseImage image, PageMap map, String object, Random random) {
    int root = map.entry(object).root();
    image.put(image.at(root), randomBytes(image.pageSize(), random));
    return "page " + root;
  }

  private static String randomPages(DatabaseImage image, PageMap map, int count, Random random) {
    List<PageMap.Page> all = new ArrayList<>();
    for (int number = 2; number <= image.pages(); number++) {
      PageMap.Page page = map.page(number);
      all.add(page != null ? page : new PageMap.Page(number, "nothing", null, 0, 0));
    }
    List<PageMap.Page> hit = some(all, Math.max(1, count), random);
    hit.forEach(p -> image.put(image.at(p.number()), randomBytes(image.pageSize(), random)));
    return counts(hit);
  }

  private static void tear(DatabaseImage image, PageMap map, PageMap.Page page, Random random) {
    List<PageMap.Page> others = map.pages(page.object(), page.kind());
    others.removeIf(p -> p.number() == page.number() || p.number() == 1);
    int sectors = image.pageSize() / SECTOR;
    int count = 1 + random.nextInt(Math.max(1, Math.min(7, sectors - 1)));
    int first = random.nextInt(sectors - count + 1);
    int source = others.isEmpty() ? 1 : any(others, random).number();
    int from = image.at(source) + first * SECTOR;
    image.put(image.at(page.number()) + first * SECTOR, image.range(from, from + count * SECTOR));
  }

  private static String misdirect(
      DatabaseImage image, PageMap map, String victim, String source, Random random) {
    List<PageMap.Page> hit = some(map.pages(victim, PageMap.Kind.TABLE_LEAF), 8, random);
    List<PageMap.Page> written = some(map.pages(source, PageMap.Kind.TABLE_LEAF), 8, random);
    Map<Integer, Integer> pairs = new TreeMap<>();
    for (int i = 0; i < Math.min(hit.size(), written.size()); i++) {
      image.put(image.at(hit.get(i).number()), image.page(written.get(i).number()));
      pairs.put(hit.get(i).number(), written.get(i).number());
    }
    return pairs.toString();
  }

  private static String numbers(List<PageMap.Page> hit) {
    return hit.stream().map(p -> p.number() + "").collect(Collectors.joining(", ", "pages ", ""));
  }

  private static String counts(List<PageMap.Page> hit) {
    return hit.stream()
        .collect(
            Collectors.groupingBy(
                p -> p.object() + (p.kind() == null ? "" : " " + p.kind()),
                TreeMap::new,
                Collectors.counting()))
        .toString();
  }
}
