package dev.sqlguard.salvage;

import dev.sqlguard.format.CellCursor;
import dev.sqlguard.store.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Asks SQLite about the CHECKs of rows that are in their table by inference. They are written, byte
 * for byte and some at a time, into a database that has nothing but their table. Where one of them
 * breaks a constraint, SQLite inserts them all into an empty table: what it doesn't take is
 * suspect.
 */
final class InferredRows {
  /** So many rows, or bytes of rows, are in that database at a time. */
  private static final int AT_ONCE = 50_000;

  private static final long MOST_BYTES = 16 << 20;

  private final Pages pages;
  private final Sqlite sqlite;
  private final Patience patience;
  private final FileLayout layout;
  private final List<SchemaRow> schema;
  private final CellSet suspects;
  private final List<String> notes;
  private final Path given;
  private final Path taken;
  private final Disk disk;

  /**
   * @param suspects gets the rows that violate a CHECK
   * @param notes gets what was done, for people
   * @param given a name that is free, for a database with some of the rows
   * @param taken another one, for those of them that SQLite takes
   */
  InferredRows(
      Pages pages,
      Sqlite sqlite,
      Patience patience,
      FileLayout layout,
      List<SchemaRow> schema,
      CellSet suspects,
      List<String> notes,
      Path given,
      Path taken,
      Disk disk) {
    this.pages = pages;
    this.sqlite = sqlite;
    this.patience = patience;
    this.layout = layout;
    this.schema = schema;
    this.suspects = suspects;
    this.notes = notes;
    this.given = given;
    this.disk = disk;
    this.taken = taken.toAbsolutePath();
  }

  void examine(List<Tree> tables) throws IOException {
    for (Tree tree : tables) {
      SchemaRow definition = hasInferred(tree.segments()) ? definition(tree) : null;
      if (definition != null && SqlWords.has(definition.sql(), "CHECK")) {
        examine(tree, definition);
      }
    }
  }

  private SchemaRow definition(Tree tree) {
    for (SchemaRow row : schema) {
      if (row.isTableWithRows() && row.name().equals(tree.name()) && row.sql() != null) {
        return row;
      }
    }
    return null;
  }

  private static boolean hasInferred(Segments segments) {
    for (int i = 0; i < segments.size(); i++) {
      if (segments.isInferred(i)) {
        return true;
      }
    }
    return false;
  }

  private void examine(Tree tree, SchemaRow definition) throws IOException {
    int before = suspects.size();
    Segments segments = tree.segments();
    SegmentCells cells = new SegmentCells(pages, tree);
    byte[] page = new byte[pages.geometry().pageSize()];
    try (Batches batches = new Batches(tree, definition)) {
      for (int i = 0; i < segments.size() && batches.unknown == null; i++) {
        if (segments.isInferred(i)) {
          int number = segments.page(i);
          pages.read(number, page);
          cells.each(
              page,
              i,
              cell -> {
                if (!suspects.contains(number, cell.start())
                    && tree.check().isAcceptable(page, cell)) {
                  batches.add(number, page, cell);
                }
              });
        }
      }
      batches.ask();
      if (batches.unknown != null) {
        notes.add(
            "whether rows that were placed in "
                + tree.name()
                + " violate a CHECK can't be told here: "
                + batches.unknown);
      }
    }
    int refused = suspects.size() - before;
    if (refused > 0) {
      notes.add(refused + " rows of " + tree.name() + " are in quarantine: they violate a CHECK");
    }
  }

  /** Rows of one table on their way through the database that is asked. */
  private final class Batches implements Closeable {
    private final Tree tree;
    private final boolean rowids;
    private final SchemaRow definition;
    private final List<SchemaRow> alone = new ArrayList<>();
    private final CellPayload payload = new CellPayload(pages);

    /** Where the rows stand in the image. */
    private final int[] numbers = new int[AT_ONCE];

    private final int[] starts = new int[AT_ONCE];
    private int size;
    private long bytes;
    private long lastRowid;

    /** Null where no batch is under way. */
    private SchemaWriter writer;

    private TreeWriter rows;

    /** Why SQLite can't tell; null as long as it can. */
    private String unknown;

    Batches(Tree tree, SchemaRow definition) {
      this.tree = tree;
      this.rowids = tree.order().rowids();
      this.definition = definition;
      for (SchemaRow row : schema) {
        boolean implied =
            row.isIndex() && row.sql() == null && row.table().equals(definition.name());
        boolean counter = row.key().equals("table " + SystemTables.SEQUENCE);
        if (row == definition || implied || counter) {
          alone.add(row);
        }
      }
    }

    void add(int number, byte[] page, CellCursor cell) throws IOException {
      boolean full = size == AT_ONCE || bytes > MOST_BYTES;
      // A row that isn't behind the last one won't come into the table either.
      if (full || rowids && size > 0 && cell.rowid() <= lastRowid) {
        ask();
      }
      if (unknown != null) {
        return;
      }
      if (writer == null) {
        writer = new SchemaWriter(given, layout, alone, disk);
        rows = writer.fill(definition, rowids);
      }
      Payload record = payload.of(page, cell);
      if (rowids) {
        rows.add(cell.rowid(), record);
      } else {
        rows.add(record);
      }
      lastRowid = cell.rowid();
      bytes += cell.payloadSize();
      numbers[size] = number;
      starts[size++] = cell.start();
    }

    /** About the rows that have come together. */
    void ask() throws IOException {
      if (writer == null) {
        return;
      }
      rows.finish();
      writer.finish();
      writer.close();
      try (Connection db = sqlite.open(given)) {
        BitSet refused = refused(db);
        for (int i = refused.nextSetBit(0); i >= 0; i = refused.nextSetBit(i + 1)) {
          suspects.add(numbers[i], starts[i]);
        }
      } catch (SQLException e) {
        if (Sqlite.isOutOfTime(e)) {
          patience.lose(tree.name());
          unknown = Patience.TOO_LONG;
        } else {
          Sqlite.requireAboutContent(e);
          unknown = String.valueOf(e.getMessage());
        }
      }
      close();
    }

    private BitSet refused(Connection db) throws SQLException, IOException {
      try (Statement statement = db.createStatement()) {
        statement.execute("PRAGMA locking_mode = EXCLUSIVE");
      }
      RefusedRows rows = new RefusedRows(db, tree.shape());
      if (!rows.any()) {
        return new BitSet();
      }
      try (SchemaWriter empty = new SchemaWriter(taken, layout, alone, disk)) {
        empty.finish();
      }
      return rows.find(taken);
    }

    /** Ends the batch at hand, whatever has become of it. */
    @Override
    public void close() throws IOException {
      try {
        if (writer != null) {
          writer.close();
        }
      } finally {
        writer = null;
        size = 0;
        bytes = 0;
        disk.delete(given);
        disk.delete(taken);
      }
    }
  }
}
