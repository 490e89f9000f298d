package dev.sqlguard.salvage;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.store.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes a whole database file, tree by tree, with records exactly as they are given: no value is
 * converted, no constraint looked at. First every root page is reserved, then every tree is written
 * (several may be under way at once), the schema among them. The file is a database only once it is
 * closed.
 */
final class DatabaseWriter implements Closeable {
  private static final int SCHEMA_ROOT = 1;

  private final FileLayout layout;
  private final NewPages pages;
  private final Set<Integer> notBegun = new HashSet<>();
  private final Set<Integer> unfinished = new HashSet<>();
  private int largestRoot = SCHEMA_ROOT;
  private boolean writing;
  private boolean closed;

  /**
   * Creates {@code out}.
   *
   * @throws java.nio.file.FileAlreadyExistsException where it exists
   */
  DatabaseWriter(Path out, FileLayout layout, Disk disk) throws IOException {
    this.layout = layout;
    this.pages = new NewPages(out, layout, disk);
    reserved(SCHEMA_ROOT);
  }

  /**
   * The root page of one more tree. In an auto-vacuum database all roots must stand before all
   * other pages, so they are reserved first.
   *
   * @throws IllegalStateException where a tree was begun already
   */
  int reserveRoot() throws IOException {
    if (writing) {
      throw new IllegalStateException("a root page after the first tree was begun");
    }
    largestRoot = pages.allocate();
    reserved(largestRoot);
    return largestRoot;
  }

  private void reserved(int root) {
    notBegun.add(root);
    unfinished.add(root);
  }

  /** A table with rowids. */
  TreeWriter table(int root) {
    return tree(root, true);
  }

  /** A table WITHOUT ROWID, or an index. */
  TreeWriter index(int root) {
    return tree(root, false);
  }

  /** The table sqlite_schema, by rowid as all tables. */
  TreeWriter schema() {
    return table(SCHEMA_ROOT);
  }

  /** A tree without entries, for example an index that REINDEX will fill. */
  void empty(int root, boolean table) throws IOException {
    tree(root, table).finish();
  }

  private TreeWriter tree(int root, boolean table) {
    if (!notBegun.remove(root)) {
      throw new IllegalArgumentException("page " + root + " is no reserved root");
    }
    writing = true;
    return new TreeWriter(pages, root, table, () -> unfinished.remove(root));
  }

  /**
   * Makes the file a database.
   *
   * @throws IllegalStateException where a tree is missing; the file is closed, and is no database
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (pages) {
      if (!unfinished.isEmpty()) {
        throw new IllegalStateException("trees without an end, with roots " + unfinished);
      }
      pages.finish(header());
    }
  }

  /** Offsets as in the file format, section 1.3. */
  private byte[] header() {
    byte[] bytes = DatabaseHeader.substitute(layout.pageSize(), pages.last());
    ByteBuffer header = ByteBuffer.wrap(bytes);
    header.put(20, (byte) layout.reserved());
    header.putInt(40, layout.schemaCookie());
    header.putInt(44, layout.schemaFormat());
    header.putInt(48, layout.defaultCacheSize());
    header.putInt(52, layout.hasPointerMap() ? largestRoot : 0);
    header.putInt(56, layout.encoding().code());
    header.putInt(60, layout.userVersion());
    header.putInt(64, layout.autoVacuum() == 2 ? 1 : 0);
    header.putInt(68, layout.applicationId());
    return bytes;
  }
}
