package dev.sqlguard.schema;

import dev.sqlguard.format.KeyOrder;
import java.util.List;

/**
 * What the records of a table look like.
 *
 * @param strict whether it is a STRICT table
 * @param fields the columns in the order of the record, VIRTUAL ones left out; of a WITHOUT ROWID
 *     table those of the key come first
 * @param rowidAlias which of them is the rowid by another name, so that NULL stands in its place;
 *     -1 where none is
 * @param key the order of a WITHOUT ROWID table's b-tree; null for a table with rowids
 * @param undecided why only SQLite can tell anything about the records; null where we can.
 *     Otherwise nothing else is certain but the name and the root pages.
 */
public record TableSchema(
    String name,
    long root,
    boolean strict,
    List<ColumnSchema> fields,
    int rowidAlias,
    List<KeyOrder.Field> key,
    List<IndexSchema> indexes,
    String undecided) {

  public boolean withoutRowid() {
    return key != null;
  }
}
