package dev.sqlguard.salvage;

import dev.sqlguard.store.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a database with a given schema, whose trees are empty but for those that are filled. */
final class SchemaWriter implements Closeable {
  private final DatabaseWriter writer;
  private final List<SchemaRow> rows;
  private final List<Integer> roots = new ArrayList<>();
  private final List<SchemaRow> filled = new ArrayList<>();

  /**
   * Creates {@code file}.
   *
   * @param rows their root pages are given anew
   */
  SchemaWriter(Path file, FileLayout layout, List<SchemaRow> rows, Disk disk) throws IOException {
    this.writer = new DatabaseWriter(file, layout, disk);
    this.rows = rows;
    for (SchemaRow row : rows) {
      roots.add(row.root() > 0 ? writer.reserveRoot() : 0);
    }
  }

  /** The tree of a table; the caller finishes it. */
  TreeWriter fill(SchemaRow table, boolean rowids) {
    filled.add(table);
    int root = roots.get(rows.indexOf(table));
    return rowids ? writer.table(root) : writer.index(root);
  }

  /** Writes what wasn't filled, and the schema; then the file only has to be closed. */
  void finish() throws IOException {
    TreeWriter schema = writer.schema();
    for (int i = 0; i < rows.size(); i++) {
      SchemaRow row = rows.get(i);
      byte[] record =
          row.root() > 0 ? RecordBuilder.withRootPage(row.record(), roots.get(i)) : row.record();
      schema.add(i + 1, Payload.of(record, 0, record.length));
      if (row.root() > 0 && !filled.contains(row)) {
        writer.empty(roots.get(i), !row.isIndex() && !isWithoutRowid(row));
      }
    }
    schema.finish();
  }

  /** A guess by its words is good enough for an empty page. */
  private static boolean isWithoutRowid(SchemaRow row) {
    return row.sql() != null && row.sql().toUpperCase().matches("(?s).*WITHOUT\\s+ROWID.*");
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
