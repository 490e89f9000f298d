package dev.sqlguard.scan;

import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.PageSum;
import dev.sqlguard.schema.IndexSchema;
import dev.sqlguard.schema.Schema;
import dev.sqlguard.schema.SchemaEntry;
import dev.sqlguard.schema.TableSchema;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.store.GuardThread;
import dev.sqlguard.store.Uninterrupted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Checks all of an image at about the speed at which it can be read. Each page is met once, in the
 * order of the b-trees, by several threads at a time, and what SQLite's check would look up is
 * added up instead: an index has what it must if the sum of the hashes of its entries is the sum
 * for the rows of its table.
 *
 * <p>It is meant to be stricter than {@code PRAGMA integrity_check}: where that finds damage, there
 * is a suspicion here, or a table that is left undecided. It says nothing of constraints, and
 * evaluates no expression of the schema but the simplest conditions of partial indexes.
 */
public final class Scan {
  /** So many suspicions are kept at most. */
  public static final int MOST_SUSPICIONS = 1000;

  /** The map of pages takes a bit for each: 32 MiB. */
  private static final long MOST_PAGES = 1L << 28;

  private static final int MOST_NAMED_PAGES = 10;

  private final Path image;
  private final ImageLayout layout;
  private final References references;
  private final Suspicions suspicions;
  private final ScanProgress progress;
  private final List<Tree> trees = new ArrayList<>();
  private final List<Tree> tables = new ArrayList<>();
  private final Map<String, Tree> byIndex = new TreeMap<>();
  private final Map<String, String> undecided = new TreeMap<>();
  private final PageSum sum = new PageSum();

  private Scan(Path image, ImageLayout layout, Suspicions suspicions, ScanProgress progress) {
    this.image = image;
    this.layout = layout;
    this.references = new References(layout.geometry(), layout.hasPointerMap());
    this.suspicions = suspicions;
    this.progress = progress;
  }

  /**
   * What the calling thread does while others have begun, before it joins them. Nothing where it
   * works alone. What it reads hasn't been checked by then.
   */
  public interface Meanwhile {
    /**
     * @param undecided as {@link ScanReport#undecided}, as far as the schema tells
     * @param schemaHash as {@link ScanReport#schemaHash}
     */
    void schemaRead(Schema schema, Map<String, String> undecided, String schemaHash);
  }

  /**
   * Checks a database.
   *
   * @param image a private file with no log and no journal beside it
   * @param threads how many may work at it, this one included
   * @throws IOException where the file can't be read; whatever it holds is no reason
   */
  public static ScanReport of(Path image, int threads, ScanProgress progress) throws IOException {
    return of(image, threads, progress, (schema, undecided, schemaHash) -> {});
  }

  /** The same; {@code meanwhile} isn't called where the schema can't be read, either. */
  public static ScanReport of(Path image, int threads, ScanProgress progress, Meanwhile meanwhile)
      throws IOException {
    Suspicions suspicions = new Suspicions(MOST_SUSPICIONS);
    try (FileBytes file = new FileBytes(image)) {
      if (file.size() == 0) {
        Schema none = new Schema(List.of(), List.of(), List.of());
        return new ScanReport(List.of(), Map.of(), new TreeMap<>(), none, "", "");
      }
      ImageLayout layout = ImageLayout.read(file, suspicions);
      if (layout == null || layout.geometry().pages() > MOST_PAGES) {
        return unread(suspicions);
      }
      return new Scan(image, layout, suspicions, progress).run(file, threads, meanwhile);
    }
  }

  private static ScanReport unread(Suspicions suspicions) {
    return new ScanReport(suspicions.all(), Map.of(), new TreeMap<>(), null, "", "");
  }

  private ScanReport run(FileBytes file, int threads, Meanwhile meanwhile) throws IOException {
    Crew crew = new Crew();
    Walker walker = walker(file, crew);
    walker.walkFreelist();
    walker.readPointerMap();
    SchemaRows rows = new SchemaRows(layout.encoding(), suspicions);
    Tree schemaTree = Tree.of(SchemaTable.schema());
    walker.walk(schemaTree, rows);
    boolean complete = rows.areComplete() && schemaTree.undecided() == null;
    if (!suspicions.all().isEmpty() || !complete) {
      return unread(suspicions);
    }
    checkHeader(rows.entries());
    Schema schema = Schema.of(rows.entries(), layout.settings().schemaFormat(), layout.encoding());
    plant(schema);
    for (int i = trees.size() - 1; i >= 0; i--) {
      crew.add(Task.whole(trees.get(i)));
    }
    work(
        crew,
        walker,
        threads,
        () -> meanwhile.schemaRead(schema, new TreeMap<>(undecided), rows.hash()));
    add(walker.sum());
    scanned(layout.geometry().pages(), layout.geometry().pages());
    if (!suspicions.isFull()) {
      checkPages();
      checkIndexes(schema);
    }
    return new ScanReport(
        suspicions.all(), undecided, rowsByTable(), schema, rows.hash(), imageHash(file));
  }

  private Walker walker(FileBytes file, Crew crew) {
    return new Walker(layout, file, references, suspicions, crew, this::scanned);
  }

  private synchronized void scanned(long pages, long total) {
    progress.scanned(pages, total);
  }

  /**
   * See {@link dev.sqlguard.format.ImageHash}. What stands behind the last page of the database
   * counts there too.
   */
  private String imageHash(FileBytes file) throws IOException {
    Geometry geometry = layout.geometry();
    boolean complete =
        suspicions.all().isEmpty() && file.size() == geometry.pages() * geometry.pageSize();
    return complete ? sum.text() : "";
  }

  /** What the header says of root pages, and who has one. */
  private void checkHeader(List<SchemaEntry> entries) {
    long largest = 1;
    for (SchemaEntry entry : entries) {
      largest = Math.max(largest, entry.root());
      boolean object = entry.type().equals("table") || entry.type().equals("index");
      if (entry.root() < 0 || !object && entry.root() != 0) {
        suspicions.add(0, entry.name(), "a root page that it can't have");
      }
    }
    if (layout.hasPointerMap() && largest != layout.settings().largestRoot()) {
      String said = "the header says that the largest root page is ";
      suspicions.add(1, "", said + layout.settings().largestRoot() + ", it is " + largest);
    } else if (!layout.hasPointerMap() && layout.settings().incrementalVacuum()) {
      suspicions.add(1, "", "the header says incremental vacuum without a pointer map");
    }
  }

  private void plant(Schema schema) {
    for (TableSchema table : schema.tables()) {
      Tree own = Tree.of(table);
      trees.add(own);
      tables.add(own);
      if (table.undecided() != null) {
        undecided.put(table.name(), table.undecided());
      }
      for (IndexSchema index : table.indexes()) {
        Tree tree = Tree.of(table, index);
        trees.add(tree);
        byIndex.put(index.name(), tree);
        if (index.undecided() != null) {
          undecided.putIfAbsent(table.name(), index.undecided() + " of " + index.name());
        }
      }
    }
    for (SchemaEntry entry : schema.unplaced()) {
      if (entry.root() == 0) {
        suspicions.add(0, entry.name(), "an object that nothing fits");
        continue;
      }
      Tree tree = Tree.unknown(entry.name(), entry.root());
      trees.add(tree);
      if (entry.type().equals("table")) {
        tables.add(tree);
      }
      undecided.putIfAbsent(entry.table(), entry.name() + " isn't understood");
    }
  }

  private void work(Crew crew, Walker own, int threads, Runnable first) throws IOException {
    List<Thread> others = new ArrayList<>();
    try {
      for (int i = 1; i < threads && i <= layout.geometry().pages(); i++) {
        Thread thread = new GuardThread("sqlguard-scan-" + i, () -> helpAlong(crew));
        thread.start();
        others.add(thread);
      }
      if (!others.isEmpty()) {
        first.run();
      }
      work(crew, own);
    } catch (IOException | RuntimeException | Error e) {
      crew.fail(e);
      suspicions.stop();
      throw e;
    } finally {
      for (Thread other : others) {
        Uninterrupted.join(other, System.nanoTime() + Long.MAX_VALUE / 2);
      }
    }
    Throwable failure = crew.failure();
    if (failure instanceof IOException e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    }
  }

  private void helpAlong(Crew crew) {
    try (FileBytes file = new FileBytes(image)) {
      Walker walker = walker(file, crew);
      work(crew, walker);
      add(walker.sum());
    } catch (Throwable t) {
      crew.fail(t);
      suspicions.stop();
    }
  }

  private synchronized void add(PageSum part) {
    sum.add(part);
  }

  private static void work(Crew crew, Walker walker) throws IOException {
    Task task;
    while ((task = crew.take()) != null) {
      try {
        walker.walk(task);
      } finally {
        crew.done();
      }
    }
  }

  private void checkPages() {
    long page = references.firstMissing(1);
    for (int i = 0; page != 0 && i < MOST_NAMED_PAGES; i++) {
      suspicions.add(page, "", "nothing leads to this page");
      page = references.firstMissing(page + 1);
    }
  }

  /** Where one of the trees is broken, that it doesn't fit the other is no news. */
  private void checkIndexes(Schema schema) {
    for (Tree tree : trees) {
      if (tree.undecided() != null) {
        String table = tree.table() != null ? tree.name() : tableOf(schema, tree.name());
        undecided.putIfAbsent(table, tree.undecided());
      }
      for (int i = 0; i < tree.fed().size(); i++) {
        Tree index = byIndex.get(tree.fed().get(i).name());
        boolean decided = tree.undecided() == null && index.undecided() == null;
        if (decided && !index.entries().isSameAs(tree.entriesFor(i))) {
          suspicions.add(0, index.name(), "its entries aren't those that its table's rows have");
        }
      }
    }
  }

  private static String tableOf(Schema schema, String index) {
    for (TableSchema table : schema.tables()) {
      for (IndexSchema each : table.indexes()) {
        if (each.name().equals(index)) {
          return table.name();
        }
      }
    }
    return index;
  }

  private SortedMap<String, Long> rowsByTable() {
    SortedMap<String, Long> rows = new TreeMap<>();
    for (Tree table : tables) {
      rows.put(table.name(), table.entries().count());
    }
    return rows;
  }
}
