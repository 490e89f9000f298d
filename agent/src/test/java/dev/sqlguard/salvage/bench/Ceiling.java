package dev.sqlguard.salvage.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How many rows physically survive: every byte of the cell and of its overflow chain stands, in
 * place, in the damaged file. No salvage can find more without a backup.
 *
 * @param tables by name
 */
public record Ceiling(Map<String, Count> tables) {
  /** Rows of one table, and those of them that survive. */
  public record Count(long rows, long intact) {}

  public static Ceiling of(Path base, Path damaged) throws IOException {
    DatabaseImage image = DatabaseImage.read(base);
    return of(image, new PageMap(image), damaged);
  }

  static Ceiling of(DatabaseImage base, PageMap map, Path damaged) throws IOException {
    byte[] other = Files.readAllBytes(damaged);
    boolean[] same = new boolean[base.pages() + 1];
    for (int page = 1; page <= base.pages(); page++) {
      same[page] = base.sameRange(other, base.at(page), base.at(page) + base.pageSize());
    }
    Map<String, Count> tables = new TreeMap<>();
    for (PageMap.SchemaEntry entry : map.schema()) {
      if (entry.type().equals("table")) {
        tables.put(entry.name(), new Count(0, 0));
      }
    }
    for (int number = 2; number <= base.pages(); number++) {
      PageMap.Page page = map.page(number);
      if (page != null && HOLDS_ROWS.contains(page.kind()) && tables.containsKey(page.object())) {
        Count here = count(base, map, number, same, other);
        tables.merge(
            page.object(), here, (a, b) -> new Count(a.rows() + b.rows(), a.intact() + b.intact()));
      }
    }
    return new Ceiling(tables);
  }

  /** Index pages of a table are those of a WITHOUT ROWID table: there, interior cells are rows. */
  private static final Set<PageMap.Kind> HOLDS_ROWS =
      Set.of(PageMap.Kind.TABLE_LEAF, PageMap.Kind.INDEX_LEAF, PageMap.Kind.INDEX_INTERIOR);

  public long rows() {
    return tables.values().stream().mapToLong(Count::rows).sum();
  }

  public long intact() {
    return tables.values().stream().mapToLong(Count::intact).sum();
  }

  private static Count count(
      DatabaseImage base, PageMap map, int page, boolean[] same, byte[] other) {
    int intact = 0;
    int rows = 0;
    for (Cell cell : map.cells(page)) {
      rows++;
      boolean survives = same[page] || base.sameRange(other, cell.start(), cell.end());
      int next = cell.firstOverflowPage(base);
      while (survives && next != 0) {
        survives = same[next];
        next = base.u32(base.at(next));
      }
      intact += survives ? 1 : 0;
    }
    return new Count(rows, intact);
  }
}
