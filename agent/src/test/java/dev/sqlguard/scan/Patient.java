package dev.sqlguard.scan;

import dev.sqlguard.salvage.bench.Cell;
import dev.sqlguard.salvage.bench.DatabaseImage;
import dev.sqlguard.salvage.bench.PageMap;
import dev.sqlguard.salvage.bench.PageMap.Kind;
import dev.sqlguard.salvage.bench.PageMap.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A database that is being damaged. */
final class Patient {
  static final Kind[] TREES = {
    Kind.TABLE_LEAF, Kind.INDEX_LEAF, Kind.TABLE_INTERIOR, Kind.INDEX_INTERIOR
  };

  /** Those with cells that have a payload. */
  static final Kind[] WITH_RECORDS = {Kind.TABLE_LEAF, Kind.INDEX_LEAF, Kind.INDEX_INTERIOR};

  DatabaseImage image;

  /** Of the state before. */
  final PageMap map;

  final List<DatabaseImage> states;
  final Random random;

  Patient(HealthyDatabase healthy, Random random) {
    this.image = healthy.image().copy();
    this.map = healthy.map();
    this.states = healthy.states();
    this.random = random;
  }

  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /** Null where there is nothing to choose from. */
  <T> T one(List<T> choice) {
    return choice.isEmpty() ? null : choice.get(random.nextInt(choice.size()));
  }

  /** A kind first, so that rare ones are hit as often; 0 where there is no such page. */
  int page(Kind... kinds) {
    List<Integer> chosen = new ArrayList<>();
    for (Kind kind : kinds) {
      Page page = one(map.pages(kind));
      if (page != null && page.number() == 1 && !chance(4)) {
        page = one(map.pages(kind));
      }
      if (page != null) {
        chosen.add(page.number());
      }
    }
    Integer one = one(chosen);
    if (one != null && one == 1 && !chance(3)) {
      one = one(chosen);
    }
    return one == null ? 0 : one;
  }

  /** Any, but seldom the first, whose loss is never overlooked. */
  int anyPage() {
    int page = chance(3) ? between(1, image.pages()) : page(Kind.values());
    return page == 1 && image.pages() > 1 && !chance(6) ? between(2, image.pages()) : page;
  }

  /** Another page of the same kind, of the same object if possible; 0 where there is none. */
  int sibling(int number) {
    Page page = map.page(number);
    if (page == null) {
      return 0;
    }
    List<Page> same = map.pages(page.kind());
    same.removeIf(p -> p.number() == number);
    List<Page> close = new ArrayList<>(same);
    close.removeIf(p -> !p.object().equals(page.object()));
    Page chosen = one(close.isEmpty() || chance(3) ? same : close);
    return chosen == null ? 0 : chosen.number();
  }

  /** Null where the page has none. */
  Cell cell(int page) {
    return page == 0 ? null : one(map.cells(page));
  }

  int cells(int page) {
    return image.u16(image.treeAt(page) + 3);
  }

  /** Where the array of cell pointers begins. */
  int pointers(int page) {
    int tree = image.treeAt(page);
    return tree + (image.u8(tree) <= PageMap.INTERIOR_TABLE ? 12 : 8);
  }

  /** The number of some page, one that may well be taken for the right one. */
  int wrongNumber(int right) {
    int sibling = right > 0 && right <= image.pages() ? sibling(right) : 0;
    return switch (random.nextInt(6)) {
      case 0 -> right + (chance(2) ? 1 : -1);
      case 1 -> between(0, image.pages() + 1);
      case 2 -> chance(3) ? random.nextInt() : between(1, image.pages());
      default -> sibling != 0 ? sibling : between(1, image.pages());
    };
  }

  void put8(int at, int value) {
    image.put(at, new byte[] {(byte) value});
  }

  void put16(int at, int value) {
    image.put(at, new byte[] {(byte) (value >> 8), (byte) value});
  }

  void put32(int at, int value) {
    put16(at, value >> 16);
    put16(at + 2, value);
  }

  /** A byte becomes another one, often one that is near. */
  void nudge(int at) {
    int old = image.u8(at);
    int value =
        switch (random.nextInt(4)) {
          case 0 -> old + 1;
          case 1 -> old - 1;
          case 2 -> old ^ 1 << random.nextInt(8);
          default -> random.nextInt(256);
        };
    put8(at, value);
  }

  void randomize(int from, int to) {
    byte[] bytes = new byte[to - from];
    random.nextBytes(bytes);
    image.put(from, bytes);
  }
}
