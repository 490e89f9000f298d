package dev.sqlguard.salvage.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DamageTest {
  private static final DamageTargets TARGETS = BaseDatabase.TARGETS;

  @TempDir private static Path folder;
  private static Path base;
  private static byte[] sound;
  private static DatabaseImage image;
  private static PageMap map;

  @BeforeAll
  static void buildBase() throws Exception {
    base = folder.resolve("base.db");
    BaseDatabase.ofMegabytes(5).build(base);
    sound = Files.readAllBytes(base);
    image = DatabaseImage.read(base);
    map = new PageMap(image);
  }

  private static byte[] damaged(Damage damage, long seed) throws Exception {
    Path file = folder.resolve(damage + "-" + seed + ".db");
    damage.make(base, file, TARGETS, seed);
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }

  private static byte[] damaged(Damage damage) throws Exception {
    return damaged(damage, 1);
  }

  /** Numbers of the pages that differ from the base; the tail beyond it doesn't count. */
  private static Set<Integer> changedPages(byte[] bytes) {
    Set<Integer> changed = new TreeSet<>();
    for (int page = 1; page <= image.pages(); page++) {
      if (!image.sameRange(bytes, image.at(page), image.at(page) + image.pageSize())) {
        changed.add(page);
      }
    }
    return changed;
  }

  private static int changedBytes(byte[] bytes) {
    int changed = 0;
    for (int i = 0; i < sound.length; i++) {
      changed += sound[i] == bytes[i] ? 0 : 1;
    }
    return changed;
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    return Arrays.equals(bytes, from, to, new byte[to - from], 0, to - from);
  }

  private static boolean isZeroPage(byte[] bytes, int page) {
    return isZero(bytes, image.at(page), image.at(page) + image.pageSize());
  }

  private static Set<String> usesOf(Set<Integer> pages) {
    return pages.stream()
        .map(p -> map.page(p).object() + " " + map.page(p).kind())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static int only(Set<Integer> pages) {
    assertEquals(1, pages.size(), pages.toString());
    return pages.iterator().next();
  }

  @Test
  void thereAre23KindsNumberedFrom1() {
    assertEquals(24, Damage.values().length);
    assertEquals("00 undamaged", Damage.UNDAMAGED.title());
    assertEquals("23 value bits", Damage.VALUE_BITS.title());
  }

  @ParameterizedTest
  @EnumSource
  void theSameSeedDoesTheSameDamageAndAlwaysSome(Damage damage) throws Exception {
    byte[] once = damaged(damage);
    assertArrayEquals(once, damaged(damage));
    assertEquals(damage == Damage.UNDAMAGED, Arrays.equals(once, sound));
  }

  @Test
  void anotherSeedHitsOtherPages() throws Exception {
    assertNotEquals(
        changedPages(damaged(Damage.LEAVES_ZEROED, 1)),
        changedPages(damaged(Damage.LEAVES_ZEROED, 2)));
  }

  @Test
  void singleBitsFlip() throws Exception {
    byte[] pointer = damaged(Damage.CELL_POINTER_BIT);
    assertEquals(1, changedBytes(pointer));
    assertEquals(Set.of("loans TABLE_LEAF"), usesOf(changedPages(pointer)));
    byte[] type = damaged(Damage.PAGE_TYPE_BIT);
    assertEquals(1, changedBytes(type));
    assertEquals(0x0c, type[image.at(only(changedPages(type)))]);
  }

  @Test
  void leavesOfTablesAreZeroed() throws Exception {
    byte[] bytes = damaged(Damage.LEAVES_ZEROED);
    Set<Integer> pages = changedPages(bytes);
    assertEquals(16, pages.size());
    assertTrue(pages.stream().allMatch(p -> isZeroPage(bytes, p)));
    assertTrue(pages.stream().allMatch(p -> map.page(p).kind() == PageMap.Kind.TABLE_LEAF));
  }

  @Test
  void theBeginningIsZeroed() throws Exception {
    byte[] header = damaged(Damage.HEADER_ZEROED);
    assertTrue(isZero(header, 0, 100));
    assertArrayEquals(
        Arrays.copyOfRange(sound, 100, sound.length),
        Arrays.copyOfRange(header, 100, header.length));
    byte[] page = damaged(Damage.FIRST_PAGE_ZEROED);
    assertTrue(isZeroPage(page, 1));
    assertEquals(Set.of(1), changedPages(page));
    byte[] mebibyte = damaged(Damage.FIRST_MEBIBYTE_ZEROED);
    assertTrue(isZero(mebibyte, 0, 1 << 20));
    assertFalse(isZeroPage(mebibyte, 257));
  }

  @Test
  void onePageOfATreeIsOverwritten() throws Exception {
    assertEquals(map.entry("loans").root(), only(changedPages(damaged(Damage.ROOT_PAGE_RANDOM))));
    assertEquals(
        map.entry("loans_at").root(), only(changedPages(damaged(Damage.INDEX_ROOT_RANDOM))));
    assertEquals(
        Set.of("loans TABLE_INTERIOR"), usesOf(changedPages(damaged(Damage.INTERIOR_PAGE_RANDOM))));
    assertEquals(
        Set.of("loan_items INDEX_INTERIOR"),
        usesOf(changedPages(damaged(Damage.WITHOUT_ROWID_INTERIOR_RANDOM))));
    assertEquals(
        Set.of("freelist FREELIST_TRUNK"),
        usesOf(changedPages(damaged(Damage.FREELIST_TRUNK_RANDOM))));
  }

  @Test
  void theFileIsCutOffOrContinued() throws Exception {
    byte[] cut = damaged(Damage.TRUNCATED);
    assertEquals(0.7, (double) cut.length / sound.length, 0.01);
    assertNotEquals(0, cut.length % image.pageSize());
    assertArrayEquals(Arrays.copyOf(sound, cut.length), cut);
    byte[] longer = damaged(Damage.TAIL_RANDOM);
    assertEquals(sound.length + 300_001, longer.length);
    assertEquals(Set.of(), changedPages(longer));
  }

  @Test
  void aShareOfAllPagesIsOverwritten() throws Exception {
    Set<Integer> one = changedPages(damaged(Damage.ONE_PERCENT_RANDOM));
    assertEquals(image.pages() / 100, one.size());
    Set<Integer> five = changedPages(damaged(Damage.FIVE_PERCENT_RANDOM));
    assertEquals(image.pages() / 20, five.size());
    assertFalse(one.contains(1) || five.contains(1));
  }

  @Test
  void theSchemaIsDeepAndLosesTheLeafThatNamesTheLargestTable() throws Exception {
    assertTrue(map.pages(PageMap.SCHEMA, PageMap.Kind.TABLE_LEAF).size() > 3);
    byte[] bytes = damaged(Damage.SCHEMA_LEAF_ZEROED);
    int page = only(changedPages(bytes));
    assertEquals(map.entry("loans").leaf(), page);
    assertTrue(isZeroPage(bytes, page));
  }

  @Test
  void wholeSectorsAreTorn() throws Exception {
    byte[] bytes = damaged(Damage.TORN_SECTORS);
    Set<Integer> pages = changedPages(bytes);
    assertTrue(pages.size() > 55 && pages.size() <= 64, pages.size() + " pages");
    for (int page : pages) {
      int at = image.at(page);
      int same = 0;
      for (int sector = at; sector < at + image.pageSize(); sector += 512) {
        same += image.sameRange(bytes, sector, sector + 512) ? 1 : 0;
      }
      assertTrue(same >= 1 && same <= 7, same + " sectors left of page " + page);
    }
  }

  @Test
  void overflowPagesAreZeroed() throws Exception {
    byte[] bytes = damaged(Damage.OVERFLOW_PAGES_ZEROED);
    Set<Integer> pages = changedPages(bytes);
    assertEquals(20, pages.size());
    assertEquals(Set.of("scans OVERFLOW"), usesOf(pages));
    assertTrue(pages.stream().allMatch(p -> isZeroPage(bytes, p)));
  }

  @Test
  void leavesAreOverwrittenWithOthers() throws Exception {
    assertMisdirected(damaged(Damage.MISDIRECTED_WRITES), "loans", "gate_events");
    assertMisdirected(damaged(Damage.MISDIRECTED_WRITES_UNCHECKED), "gate_events", "loans");
  }

  private static void assertMisdirected(byte[] bytes, String victim, String source) {
    Set<Integer> pages = changedPages(bytes);
    assertEquals(8, pages.size());
    assertEquals(Set.of(victim + " TABLE_LEAF"), usesOf(pages));
    List<byte[]> sources =
        map.pages(source, PageMap.Kind.TABLE_LEAF).stream()
            .map(p -> image.page(p.number()))
            .toList();
    for (int page : pages) {
      byte[] now = Arrays.copyOfRange(bytes, image.at(page), image.at(page) + image.pageSize());
      assertEquals(1, sources.stream().filter(s -> Arrays.equals(s, now)).count());
    }
  }

  @Test
  void aLeafIsLinkedTwice() throws Exception {
    byte[] bytes = damaged(Damage.LEAF_LINKED_TWICE);
    int page = only(changedPages(bytes));
    int previous = 0;
    int twice = 0;
    for (int cell : PageMap.cellStarts(image, page)) {
      int child = (bytes[cell + 2] & 0xff) << 8 | bytes[cell + 3] & 0xff;
      twice += child == previous ? 1 : 0;
      previous = child;
    }
    assertEquals(1, twice);
  }

  @Test
  void thePageSizeIsALie() throws Exception {
    byte[] bytes = damaged(Damage.PAGE_SIZE_FIELD);
    assertEquals(8192, (bytes[16] & 0xff) << 8 | bytes[17] & 0xff);
    bytes[16] = sound[16];
    bytes[17] = sound[17];
    assertArrayEquals(sound, bytes);
  }

  @Test
  void valuesChangeByOneBit() throws Exception {
    byte[] bytes = damaged(Damage.VALUE_BITS);
    assertEquals(50, changedBytes(bytes));
    assertEquals(50, changedPages(bytes).size());
    assertEquals(Set.of("loans TABLE_LEAF"), usesOf(changedPages(bytes)));
  }
}
