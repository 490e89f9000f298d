package dev.sqlguard.schema;

import dev.sqlguard.format.KeyOrder;
import java.util.List;

/**
 * What the entries of an index look like.
 *
 * @param fields of each field of an entry its place in the table's record, or {@link #ROWID}, also
 *     for the column that is the rowid by another name; empty where they aren't known
 * @param keys how many of the fields are the declared key; what tells rows apart stands behind
 * @param order of all fields; empty where {@code undecided}
 * @param condition null unless the index is partial and its condition decidable
 * @param undecided why only SQLite can tell which entries it must have; null where they follow from
 *     the rows
 */
public record IndexSchema(
    String name,
    long root,
    boolean unique,
    int[] fields,
    int keys,
    List<KeyOrder.Field> order,
    Condition condition,
    String undecided) {
  /** The rowid in place of a field of the record. */
  public static final int ROWID = -1;
}
