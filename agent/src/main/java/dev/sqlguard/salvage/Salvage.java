package dev.sqlguard.salvage;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.DatabaseSettings;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.salvage.TableShape.IndexShape;
import dev.sqlguard.store.FileBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Takes every row that physically survives out of a damaged image and writes a fresh database. */
public final class Salvage {
  private static final int NEWEST_SCHEMA_FORMAT = 4;

  private final ByteSource image;
  private final SalvageOptions options;
  private final Sqlite sqlite;
  private final SalvageProgress progress;
  private final Map<String, Long> lostByIndexes = new HashMap<>();
  private Damages damages;
  private FileBytes backupBytes;
  private final List<String> notes = new ArrayList<>();
  private final List<String> objectsLost = new ArrayList<>();

  /**
   * @param image the damaged main file with what is committed beside it; only read
   */
  public Salvage(
      ByteSource image, SalvageOptions options, Sqlite sqlite, SalvageProgress progress) {
    this.image = image;
    this.options = options;
    this.sqlite = sqlite;
    this.progress = progress;
  }

  /**
   * Writes {@code out}, which must not exist, and the quarantine's own file where one is wanted and
   * a row has to go there. Both can be read by nobody else.
   *
   * @throws NothingToSaveException where no page of the image holds a row
   * @throws IOException where reading or writing fails; {@code out} is gone again then
   */
  public SalvageReport into(Path out) throws IOException {
    boolean complete = false;
    try {
      SalvageReport report = salvage(out);
      complete = true;
      return report;
    } finally {
      if (backupBytes != null) {
        backupBytes.close();
      }
      if (!complete) {
        Files.deleteIfExists(out);
        deleteQuarantine();
      }
    }
  }

  private SalvageReport salvage(Path out) throws IOException {
    Geometry geometry =
        new GeometryFinder(image)
            .find()
            .orElseThrow(() -> new NothingToSaveException("no page is one of a database"));
    damages = new Damages(geometry.pages());
    byte[] head = new byte[DatabaseHeader.SIZE];
    image.read(0, head, 0, head.length);
    Optional<DatabaseHeader> header = DatabaseHeader.parse(head);
    boolean right = header.isPresent() && header.get().pageSize() == geometry.pageSize();
    if (!right) {
      damages.add(1, "", header.isPresent() ? "wrong page size in the header" : "header lost");
    }
    Pages pages = new Pages(image, geometry, right ? header.get().pageCount() : 0);
    markAdministrative(pages, head, header);
    byte[] visits = new byte[pages.count() + 1];
    SchemaFinder.Found found = new SchemaFinder(pages).find(visits, damages);
    Backup backup = backup(found);
    List<SchemaRow> rows = new ArrayList<>(found.rows());
    Set<String> borrowed = found.complete() ? Set.of() : borrow(rows, backup);
    FileLayout layout = layout(geometry, head, header.isPresent(), found, backup);
    Skeleton.Result skeleton =
        new Skeleton(sqlite, layout, out.resolveSibling(out.getFileName() + "-schema")).build(rows);
    for (SchemaRow rejected : skeleton.rejected()) {
      objectsLost.add(rejected.key());
    }
    List<Tree> tables = new ArrayList<>();
    List<Tree> indexes = new ArrayList<>();
    walk(pages, visits, skeleton.shapes(), borrowed, layout.encoding(), tables, indexes);
    new FreePages(pages).mark(header);
    List<IndexShape> shapes = new ArrayList<>();
    for (TableShape shape : skeleton.shapes()) {
      shapes.addAll(shape.indexes());
    }
    boolean named = found.complete() || !borrowed.isEmpty();
    Familiarity familiarity = new Familiarity(pages, backup, skeleton.rows());
    Orphans orphans = new Orphans(pages, visits, damages, tables, shapes, named, familiarity);
    orphans.attribute();
    CellSet suspects = new CellSet();
    List<Tree> all = new ArrayList<>(tables);
    all.addAll(indexes);
    new OverflowChains(pages, suspects, damages).check(all);
    new IndexWitness(pages, suspects, lostByIndexes, progress).hear(tables, indexes);
    List<SchemaRow> schema = new ArrayList<>(skeleton.rows());
    Set<String> notFilled = new HashSet<>();
    while (true) {
      Backup filling = options.backfill() ? backup : null;
      Findings findings =
          new Findings(layout, schema, tables, suspects, orphans, damages, filling, notFilled);
      Assembly assembly = new Assembly(pages, findings, progress);
      List<String> unused = assembly.write(out, options.quarantine().orElse(null));
      Indexes sqliteWork = new Indexes(sqlite, progress);
      boolean apart = options.quarantine().isPresent();
      Indexes.Failure failure = sqliteWork.fill(out, schema, apart ? List.of() : unused);
      if (failure == null) {
        if (apart && assembly.quarantined() == 0) {
          deleteQuarantine();
        } else if (apart) {
          sqliteWork.fill(options.quarantine().get(), List.of(), unused);
        }
        notes.addAll(sqliteWork.notes());
        return report(tables, assembly, found);
      }
      String table = failure.index().table();
      TableTally tally = assembly.tallies().get(table);
      if (failure.unique() && tally != null && tally.fromBackup > 0) {
        notFilled.add(table);
        notes.add(table + " takes no row from the backup: " + failure.message());
      } else {
        schema.remove(failure.index());
        objectsLost.add(failure.index().key() + ": " + failure.message());
      }
      Files.delete(out);
      deleteQuarantine();
    }
  }

  private void deleteQuarantine() throws IOException {
    if (options.quarantine().isPresent()) {
      Files.deleteIfExists(options.quarantine().get());
    }
  }

  /** Null where there is none that fits. */
  private Backup backup(SchemaFinder.Found found) throws IOException {
    if (options.backup().isEmpty()) {
      return null;
    }
    backupBytes = new FileBytes(options.backup().get());
    Backup backup = new Backup(backupBytes);
    if (found.encoding() != null && found.encoding() != backup.encoding()) {
      notes.add("the backup has another text encoding and is of no use");
      return null;
    }
    return backup;
  }

  /** Adds what the image's own schema has lost, and tells the names of these objects. */
  private static Set<String> borrow(List<SchemaRow> rows, Backup backup) {
    Set<String> keys = new HashSet<>();
    for (SchemaRow row : rows) {
      keys.add(row.key());
    }
    Set<String> borrowed = new HashSet<>();
    if (backup != null) {
      for (SchemaRow row : backup.schema()) {
        if (keys.add(row.key())) {
          rows.add(row);
          borrowed.add(row.key());
        }
      }
      rows.sort((a, b) -> Long.compare(a.rowid(), b.rowid()));
    }
    return borrowed;
  }

  private void walk(
      Pages pages,
      byte[] visits,
      List<TableShape> shapes,
      Set<String> borrowed,
      TextEncoding encoding,
      List<Tree> tables,
      List<Tree> indexes)
      throws IOException {
    Payloads payloads = new Payloads(pages);
    RootCheck roots = new RootCheck(pages);
    for (boolean own : new boolean[] {true, false}) {
      for (TableShape shape : shapes) {
        TreeOrder order = shape.withoutRowid() ? byFields(shape.key(), encoding) : TreeOrder.ROWID;
        if (own == borrowed.contains("table " + shape.name())) {
          continue;
        }
        Tree tree = new Tree(shape.name(), new CellCheck(payloads, order, shape));
        boolean trusted = own || roots.couldBe(shape.root(), shape);
        walk(pages, visits, tree, trusted ? shape.root() : 0);
        tables.add(tree);
        for (IndexShape index : shape.indexes()) {
          CellCheck check = new CellCheck(payloads, byFields(index.order(), encoding), null);
          Tree entries = new Tree(index.name(), check);
          boolean known = !borrowed.contains("index " + index.name());
          walk(pages, visits, entries, known || roots.couldBe(index) ? index.root() : 0);
          indexes.add(entries);
        }
      }
    }
    tables.sort(Comparator.comparingInt(tree -> shapes.indexOf(tree.shape())));
  }

  private void walk(Pages pages, byte[] visits, Tree tree, long root) throws IOException {
    progress.at(SalvageProgress.Phase.READ, 0, pages.count());
    new TreeWalk(pages, tree.check(), tree.name(), visits, damages, false)
        .walk(root, KeyRange.ALL, tree.segments(), tree.gaps());
  }

  private static TreeOrder byFields(List<KeyOrder.Field> fields, TextEncoding encoding) {
    boolean known = fields != null && fields.stream().noneMatch(Objects::isNull);
    return TreeOrder.byFields(known ? new KeyOrder(fields, encoding) : null);
  }

  private static void markAdministrative(
      Pages pages, byte[] head, Optional<DatabaseHeader> header) {
    Geometry geometry = pages.geometry();
    long lock = Geometry.lockBytePage(geometry.pageSize());
    if (pages.exists(lock)) {
      pages.use(lock, Pages.Use.ADMINISTRATIVE);
    }
    if (header.isPresent() && DatabaseSettings.parse(head).largestRoot() != 0) {
      for (long page = 2; page <= pages.count(); page++) {
        if (geometry.isPointerMapPage(page)) {
          pages.use(page, Pages.Use.ADMINISTRATIVE);
        }
      }
    }
  }

  private FileLayout layout(
      Geometry geometry, byte[] head, boolean hasHeader, SchemaFinder.Found found, Backup backup) {
    DatabaseSettings settings = DatabaseSettings.parse(hasHeader ? head : new byte[head.length]);
    TextEncoding encoding = found.encoding();
    if (!hasHeader && backup != null) {
      settings = backup.settings();
    }
    for (TextEncoding each : TextEncoding.values()) {
      if (encoding == null && each.code() == settings.encodingCode()) {
        encoding = each;
      }
    }
    int format = settings.schemaFormat();
    boolean valid = format >= 1 && format <= NEWEST_SCHEMA_FORMAT;
    int autoVacuum = settings.largestRoot() == 0 ? 0 : settings.incrementalVacuum() ? 2 : 1;
    return new FileLayout(
        geometry.pageSize(),
        geometry.pageSize() - geometry.usableSize(),
        encoding == null ? TextEncoding.UTF_8 : encoding,
        autoVacuum,
        valid ? format : NEWEST_SCHEMA_FORMAT,
        settings.userVersion(),
        settings.applicationId(),
        settings.schemaCookie(),
        settings.defaultCacheSize());
  }

  private SalvageReport report(List<Tree> tables, Assembly assembly, SchemaFinder.Found found) {
    List<TableOutcome> outcomes = new ArrayList<>();
    Map<String, TableTally> tallies = assembly.tallies();
    long quarantined = 0;
    for (Tree tree : tables) {
      TableTally tally = tallies.get(tree.name());
      quarantined += tally.quarantined;
      List<TableOutcome.KeyRange> destroyed = new ArrayList<>();
      for (Gap gap : tree.gaps()) {
        destroyed.add(new TableOutcome.KeyRange(text(gap.range().low()), text(gap.range().high())));
      }
      outcomes.add(
          new TableOutcome(
              tree.name(),
              tally.kept,
              tally.quarantined,
              tally.destroyed,
              tally.fromBackup,
              destroyed,
              List.of()));
    }
    String schemaFrom = found.complete() ? "its own tree" : "the leaves that survive";
    return new SalvageReport(
        outcomes,
        damages.pages(),
        damages.count(),
        objectsLost,
        assembly.quarantined() - quarantined,
        schemaFrom,
        notes);
  }

  private static String text(Bound bound) {
    return bound == null ? "" : bound.record() == null ? Long.toString(bound.rowid()) : "(key)";
  }
}
