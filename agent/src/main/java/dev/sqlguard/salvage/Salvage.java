package dev.sqlguard.salvage;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.DatabaseSettings;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.salvage.TableShape.IndexShape;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Takes every row that physically survives out of a damaged image and writes a fresh database. */
public final class Salvage {
  /** How many tables and indexes there may be beside one for each page: of a file that was cut. */
  private static final long SURPLUS_TREES = 1000;

  private static final String SCHEMA = "-schema";
  private static final String ROWS = "-rows";

  private final DamagedFile image;
  private final SalvageOptions options;
  private final Sqlite sqlite;
  private final SalvageProgress progress;
  private final Disk disk;
  private Damages damages;
  private FileBytes backupBytes;
  private final List<String> notes = new ArrayList<>();
  private final List<String> objectsLost = new ArrayList<>();

  /**
   * @param image the damaged main file with what is committed beside it; only read
   */
  public Salvage(
      DamagedFile image,
      SalvageOptions options,
      Sqlite sqlite,
      SalvageProgress progress,
      Disk disk) {
    this.image = image;
    this.options = options;
    this.sqlite = sqlite;
    this.progress = progress;
    this.disk = disk;
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
        disk.delete(out);
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
    Pages pages =
        new Pages(
            image,
            geometry,
            right ? header.get().pageCount() : 0,
            image::isSuspect,
            image.endWithinPage(geometry.pageSize()));
    markAdministrative(pages, head, header);
    byte[] visits = new byte[pages.count() + 1];
    SchemaFinder.Found found = new SchemaFinder(pages).find(visits, damages, header);
    Backup backup = backup(found);
    List<SchemaRow> rows = new ArrayList<>(found.rows());
    Set<String> borrowed = found.complete() ? Set.of() : borrow(rows, backup);
    FileLayout layout =
        new LayoutFinder(pages).find(header.isPresent() ? head : null, found, backup);
    if (header.isEmpty()) {
      notes.add(
          backup == null
              ? "the header is lost: user_version and application_id are 0, auto-vacuum is off"
              : "the header is lost: user_version, application_id and auto-vacuum are the backup's");
    }
    long mostTrees = SURPLUS_TREES + pages.count();
    Skeleton.Result skeleton =
        new Skeleton(sqlite, layout, scratch(out, SCHEMA), disk, mostTrees).build(rows);
    for (SchemaRow rejected : skeleton.rejected()) {
      objectsLost.add(rejected.key());
    }
    if (!found.proven()) {
      objectsLost.add("perhaps others: sqlite_schema stands on a page that isn't proven");
    }
    List<Tree> tables = new ArrayList<>();
    List<Tree> indexes = new ArrayList<>();
    walk(pages, visits, skeleton.shapes(), borrowed, layout.encoding(), tables, indexes);
    discard(pages, visits, skeleton.rejected(), layout.encoding());
    new FreePages(pages).mark(header);
    List<IndexClaims.Claimant> damagedIndexes = damagedIndexes(tables, indexes);
    boolean named = found.complete() || !borrowed.isEmpty();
    Familiarity familiarity = new Familiarity(pages, backup, skeleton.rows());
    Orphans orphans =
        new Orphans(
            pages, visits, damages, tables, damagedIndexes, named, found.complete(), familiarity);
    orphans.attribute();
    addSuspectPages(pages);
    CellSet suspects = new CellSet();
    List<Tree> all = new ArrayList<>(tables);
    all.addAll(indexes);
    new OverflowChains(pages, suspects, damages).check(all);
    Map<String, Testimony> testimonies =
        new IndexWitness(pages, suspects, layout.encoding(), progress).hear(tables, indexes);
    List<SchemaRow> schema = new ArrayList<>(skeleton.rows());
    Patience patience = new Patience(options.leavesOutSlow());
    new InferredRows(
            pages,
            sqlite,
            patience,
            layout,
            schema,
            suspects,
            notes,
            scratch(out, ROWS),
            scratch(out, SCHEMA),
            disk)
        .examine(tables);
    Set<String> notFilled = new HashSet<>();
    Set<String> leftEmpty = new HashSet<>();
    Map<String, BitSet> repeated = new HashMap<>();
    while (true) {
      Backup filling = options.backfill() ? backup : null;
      Findings findings =
          new Findings(
              layout,
              schema,
              tables,
              suspects,
              orphans,
              damages,
              filling,
              notFilled,
              testimonies,
              repeated);
      Assembly assembly = new Assembly(pages, findings, progress, disk);
      List<String> unused = assembly.write(out, options.quarantine().orElse(null));
      Indexes sqliteWork =
          new Indexes(
              sqlite, patience, progress, (long) pages.count() * pages.geometry().pageSize());
      boolean apart = options.quarantine().isPresent();
      List<String> unusedHere = apart ? List.of() : unused;
      Set<String> settled = new HashSet<>(leftEmpty);
      settled.addAll(assembly.copiedIndexes());
      Indexes.Failure failure =
          sqliteWork.fill(out, schema, settled, unusedHere, damaged(findings, assembly));
      if (failure == null) {
        if (apart && assembly.quarantined() == 0) {
          deleteQuarantine();
        } else if (apart) {
          sqliteWork.fill(options.quarantine().get(), List.of(), Set.of(), unused, Set.of());
        }
        notes.addAll(sqliteWork.notes());
        Map<String, Violations> violations =
            options.constraints()
                ? new ConstraintCheck().count(sqlite, out, schema, tables)
                : Map.of();
        return report(findings, assembly, schemaFrom(found, borrowed), violations);
      }
      repeated.clear();
      String table = failure.object().table();
      TableTally tally = assembly.tallies().get(table);
      if (failure.unique() && tally != null && tally.fromBackup > 0) {
        notFilled.add(table);
        notes.add(table + " takes no row from the backup: " + failure.message());
      } else if (!failure.repeated().isEmpty()) {
        repeated.put(table, failure.repeated());
        int count = failure.repeated().cardinality();
        notes.add(count + " rows of " + table + " are in quarantine: " + failure.message());
      } else if (failure.object().isIndex() && failure.object().sql() == null) {
        leftEmpty.add(failure.object().name());
        objectsLost.add(
            failure.object().key()
                + " is empty: "
                + failure.message()
                + "; until the application's REINDEX keys can be repeated, and a check fails");
      } else {
        schema.remove(failure.object());
        objectsLost.add(failure.object().key() + ": " + failure.message());
      }
      disk.delete(out);
      deleteQuarantine();
    }
  }

  /** What stands beside {@code out} while that is made, and may be left over after a crash. */
  public static List<Path> scratchFiles(Path out) {
    return List.of(scratch(out, SCHEMA), scratch(out, ROWS));
  }

  private static Path scratch(Path out, String suffix) {
    return out.resolveSibling(out.getFileName() + suffix);
  }

  private void deleteQuarantine() throws IOException {
    if (options.quarantine().isPresent()) {
      disk.delete(options.quarantine().get());
    }
  }

  /** The names of the tables that may have lost rows. */
  private static Set<String> damaged(Findings findings, Assembly assembly) {
    Set<String> damaged = new HashSet<>();
    for (Tree tree : findings.tables()) {
      TableTally tally = assembly.tallies().get(tree.name());
      if (!tree.isIntact()
          || tally.quarantined > 0
          || findings.testimony(tree.name()).rowsLost() > 0) {
        damaged.add(tree.name());
      }
    }
    return damaged;
  }

  /** Those that no tree has, too. */
  private void addSuspectPages(Pages pages) {
    for (long page = 1; page <= pages.count(); page++) {
      if (pages.isSuspect(page)) {
        damages.add(page, "", TreeWalk.UNPROVEN);
      }
    }
  }

  private static List<IndexClaims.Claimant> damagedIndexes(List<Tree> tables, List<Tree> indexes) {
    Map<String, Tree> damaged = new HashMap<>();
    for (Tree index : indexes) {
      if (!index.gaps().isEmpty()) {
        damaged.put(index.name(), index);
      }
    }
    List<IndexClaims.Claimant> found = new ArrayList<>();
    for (Tree table : tables) {
      for (IndexShape index : table.shape().indexes()) {
        if (damaged.containsKey(index.name())) {
          found.add(new IndexClaims.Claimant(table, index, damaged.get(index.name())));
        }
      }
    }
    return found;
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
        TreeOrder order =
            shape.withoutRowid() ? byFields(shape.key(), encoding) : TreeOrder.byRowid();
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
    Map<TableShape, Integer> places = new IdentityHashMap<>();
    shapes.forEach(shape -> places.put(shape, places.size()));
    tables.sort(Comparator.comparingInt(tree -> places.get(tree.shape())));
  }

  /** The entries of an index that can't be had are no rows of any table. */
  private void discard(Pages pages, byte[] visits, List<SchemaRow> rejected, TextEncoding encoding)
      throws IOException {
    for (SchemaRow row : rejected) {
      if (row.isIndex()) {
        CellCheck anything = new CellCheck(new Payloads(pages), byFields(null, encoding), null);
        walk(pages, visits, new Tree(row.name(), anything), row.root());
      }
    }
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

  private static String schemaFrom(SchemaFinder.Found found, Set<String> borrowed) {
    if (found.complete()) {
      return "its own tree";
    }
    String backup = "the backup";
    if (found.rows().isEmpty()) {
      return borrowed.isEmpty() ? "nowhere" : backup;
    }
    return "the leaves that survive" + (borrowed.isEmpty() ? "" : ", and " + backup);
  }

  private SalvageReport report(
      Findings findings, Assembly assembly, String schemaFrom, Map<String, Violations> violations) {
    List<TableOutcome> outcomes = new ArrayList<>();
    Outcomes words = new Outcomes(findings.layout().encoding());
    long quarantined = 0;
    for (Tree tree : findings.tables()) {
      TableTally tally = assembly.tallies().get(tree.name());
      quarantined += tally.quarantined;
      Optional<Violations> broken = Optional.ofNullable(violations.get(tree.name()));
      outcomes.add(words.of(tree, tally, findings.testimony(tree.name()), broken));
    }
    return new SalvageReport(
        outcomes,
        damages.pages(),
        damages.count(),
        objectsLost,
        assembly.quarantined() - quarantined,
        schemaFrom,
        notes);
  }
}
