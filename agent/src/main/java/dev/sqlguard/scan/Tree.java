package dev.sqlguard.scan;

import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.schema.IndexSchema;
import dev.sqlguard.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;

/** A b-tree of the schema, what its records have to be like, and what has been seen of it. */
final class Tree {
  /** Which pages it is made of. */
  enum Kind {
    TABLE,
    INDEX,
    /** Whatever its root is. */
    ANY
  }

  private final String name;
  private final long root;
  private final Kind kind;
  private final TableSchema table;
  private final IndexSchema index;
  private final List<IndexSchema> fed;
  private final EntrySum entries = new EntrySum();
  private final EntrySum[] ofRows;
  private String undecided;

  private Tree(
      String name,
      long root,
      Kind kind,
      TableSchema table,
      IndexSchema index,
      List<IndexSchema> fed) {
    this.name = name;
    this.root = root;
    this.kind = kind;
    this.table = table;
    this.index = index;
    this.fed = fed;
    this.ofRows = newSums();
  }

  /** A table, and which entries the indexes that we can decide must have for its rows. */
  static Tree of(TableSchema table) {
    if (table.undecided() != null) {
      return unknown(table.name(), table.root());
    }
    List<IndexSchema> fed = new ArrayList<>();
    for (IndexSchema index : table.indexes()) {
      if (index.undecided() == null) {
        fed.add(index);
      }
    }
    Kind kind = table.withoutRowid() ? Kind.INDEX : Kind.TABLE;
    return new Tree(table.name(), table.root(), kind, table, null, fed);
  }

  /** An index. */
  static Tree of(TableSchema table, IndexSchema index) {
    boolean decided = table.undecided() == null && index.undecided() == null;
    return new Tree(
        index.name(), index.root(), Kind.INDEX, null, decided ? index : null, List.of());
  }

  /** One of which nothing is known but what any b-tree is like. */
  static Tree unknown(String name, long root) {
    return new Tree(name, root, Kind.ANY, null, null, List.of());
  }

  String name() {
    return name;
  }

  long root() {
    return root;
  }

  Kind kind() {
    return kind;
  }

  /** Null for an index, and where nothing is known. */
  TableSchema table() {
    return table;
  }

  /** Null for a table, and where nothing is known. */
  IndexSchema index() {
    return index;
  }

  /** The indexes whose entries follow from the rows of this table. */
  List<IndexSchema> fed() {
    return fed;
  }

  /** The order of its entries, null where it has none or none that is known. */
  List<KeyOrder.Field> order() {
    return index != null ? index.order() : table != null ? table.key() : null;
  }

  /** Whether what tells its entries apart is the rowid. */
  boolean endsWithRowid() {
    return index != null && index.fields()[index.fields().length - 1] == IndexSchema.ROWID;
  }

  /** How many fields a record of its own has at least. */
  int fewestFields() {
    if (index != null) {
      return index.fields().length;
    }
    return table == null || table.key() == null ? 0 : table.key().size();
  }

  /** Rows may lack columns that were added later. */
  int mostFields() {
    if (index != null) {
      return index.fields().length;
    }
    return table == null ? Integer.MAX_VALUE : table.fields().size();
  }

  EntrySum[] newSums() {
    EntrySum[] sums = new EntrySum[fed.size()];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = new EntrySum();
    }
    return sums;
  }

  /** Adds what a part of it came to. */
  synchronized void add(EntrySum part, EntrySum[] partOfRows) {
    entries.add(part);
    for (int i = 0; i < ofRows.length; i++) {
      ofRows[i].add(partOfRows[i]);
    }
  }

  /** Only SQLite can tell, for a reason that the schema doesn't show. */
  synchronized void leaveUndecided(String why) {
    undecided = why;
  }

  synchronized String undecided() {
    return undecided;
  }

  /** Of an index its entries, of a table its rows. */
  synchronized EntrySum entries() {
    return entries;
  }

  /** What the index {@code fed.get(i)} must have. */
  synchronized EntrySum entriesFor(int i) {
    return ofRows[i];
  }
}
