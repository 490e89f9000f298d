package dev.sqlguard.schema;

import dev.sqlguard.format.Collation;
import dev.sqlguard.format.KeyOrder;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.schema.Comparison.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where the columns of a table stand in its records and in the entries of its indexes. */
final class TableLayout {
  private static final int VIRTUAL = -2;

  final CreateTable table;
  final List<ColumnSchema> fields = new ArrayList<>();

  /** An index into {@link #fields}, or -1. */
  int rowidAlias = -1;

  /** Null for a table with rowids, and where only an application knows the order. */
  List<KeyOrder.Field> key;

  private final boolean descendingOrder;
  private final TextEncoding encoding;

  /** Of each column in the order of the declaration. */
  private final int[] places;

  /** Null for a table with rowids. */
  private final Key primaryKey;

  /**
   * @param descendingOrder whether indexes know one: in old files they don't
   */
  TableLayout(CreateTable table, boolean descendingOrder, TextEncoding encoding) {
    this.table = table;
    this.descendingOrder = descendingOrder;
    this.encoding = encoding;
    this.places = new int[table.columns.size()];
    this.primaryKey = table.withoutRowid ? table.primaryKey() : null;
    Arrays.fill(places, VIRTUAL);
    if (primaryKey != null) {
      for (int column : primaryKey.columns) {
        append(column);
      }
      key = order(primaryKey);
    }
    for (int i = 0; i < places.length; i++) {
      if (places[i] == VIRTUAL && !table.columns.get(i).isVirtual()) {
        append(i);
      }
    }
    rowidAlias = table.rowidAlias < 0 ? -1 : places[table.rowidAlias];
  }

  private void append(int column) {
    if (places[column] == VIRTUAL) {
      places[column] = fields.size();
    }
    Column declared = table.columns.get(column);
    SqlValue missing =
        !declared.hasDefault
            ? new SqlValue.NullValue()
            : declared.defaultValue == null
                ? null
                : declared.defaultValue.stored(affinity(declared), encoding);
    fields.add(
        new ColumnSchema(
            declared.name,
            affinity(declared),
            collation(declared.collation),
            declared.generated,
            declared.generated ? null : missing));
  }

  private Affinity affinity(Column column) {
    return table.strict && column.isOfType("any") ? Affinity.BLOB : Affinity.of(column.type);
  }

  /** Null for one that an application defines. */
  private static Collation collation(String lowerCase) {
    return lowerCase.equals("binary")
        ? Collation.BINARY
        : lowerCase.equals("nocase")
            ? Collation.NOCASE
            : lowerCase.equals("rtrim") ? Collation.RTRIM : null;
  }

  /** Null where a collation is an application's. */
  private List<KeyOrder.Field> order(Key key) {
    List<KeyOrder.Field> order = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      Collation collation = collation(key.collations.get(i));
      if (collation == null) {
        return null;
      }
      order.add(new KeyOrder.Field(collation, descendingOrder && key.descending.get(i)));
    }
    return order;
  }

  /** The collation that only an application knows; null where there is none. */
  String foreignCollation(Key key) {
    for (String collation : key.collations) {
      if (collation(collation) == null) {
        return collation;
      }
    }
    return null;
  }

  /** Null where the table has no such column. */
  Operand operandOrNull(String name) {
    int column = table.place(name);
    if (column < 0) {
      String lower = SqlText.lowerCase(name);
      boolean isRowid = lower.equals("rowid") || lower.equals("oid") || lower.equals("_rowid_");
      return isRowid && !table.withoutRowid
          ? new Operand(IndexSchema.ROWID, Affinity.INTEGER, Collation.BINARY)
          : null;
    }
    Column declared = table.columns.get(column);
    return new Operand(field(column), affinity(declared), collation(declared.collation));
  }

  /**
   * The column of that name as a part of a condition; null where the table has none.
   *
   * @throws NotUnderstoodException where its value isn't in the record, or its order isn't known
   */
  Operand operand(String name) throws NotUnderstoodException {
    Operand operand = operandOrNull(name);
    if (operand != null && (operand.field() == VIRTUAL || operand.collation() == null)) {
      throw new NotUnderstoodException("partial condition");
    }
    return operand;
  }

  /** Where a column stands in the record, ROWID, or VIRTUAL. */
  private int field(int column) {
    return column == table.rowidAlias ? IndexSchema.ROWID : places[column];
  }

  /**
   * Where the fields of an index's entries come from.
   *
   * @param implied whether a constraint of the table made it, not a statement of its own
   * @param condition null where it has none, or none that we can decide
   * @param undecided why it can't be decided, as far as that is known already
   */
  IndexSchema index(
      SchemaEntry entry,
      boolean unique,
      Key terms,
      boolean implied,
      Condition condition,
      String undecided,
      Budget budget)
      throws NotUnderstoodException {
    Key all = primaryKey == null ? terms : withPrimaryKey(terms, implied, budget);
    int[] fields = new int[all.size() + (primaryKey == null ? 1 : 0)];
    String reason = undecided;
    for (int i = 0; i < all.size(); i++) {
      fields[i] = field(all.columns.get(i));
      if (fields[i] == VIRTUAL) {
        throw new NotUnderstoodException("generated VIRTUAL column");
      }
    }
    List<KeyOrder.Field> order = order(all);
    if (order == null && reason == null) {
      reason = "collation " + foreignCollation(all);
    }
    if (primaryKey == null) {
      fields[fields.length - 1] = IndexSchema.ROWID;
    }
    if (reason != null) {
      order = List.of();
    } else if (primaryKey == null) {
      order.add(new KeyOrder.Field(Collation.BINARY, false));
    }
    return new IndexSchema(
        entry.name(), entry.root(), unique, fields, terms.size(), order, condition, reason);
  }

  /**
   * What tells rows apart behind the terms. The indexes of constraints have all of it in ascending
   * order, whatever the primary key's is.
   */
  private Key withPrimaryKey(Key terms, boolean implied, Budget budget)
      throws NotUnderstoodException {
    budget.take(terms.size() + primaryKey.size());
    Key all = new Key();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < terms.size(); i++) {
      all.add(terms.columns.get(i), terms.collations.get(i), terms.descending.get(i));
      seen.add(terms.term(i));
    }
    for (int i = 0; i < primaryKey.size(); i++) {
      if (!seen.contains(primaryKey.term(i))) {
        boolean descending = !implied && primaryKey.descending.get(i);
        all.add(primaryKey.columns.get(i), primaryKey.collations.get(i), descending);
      }
    }
    return all;
  }
}
