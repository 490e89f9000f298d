package dev.sqlguard.schema;

import dev.sqlguard.format.TextEncoding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the entries of a schema together: tables first, then what belongs to them. */
final class SchemaReader {
  private final boolean descendingOrder;
  private final TextEncoding encoding;
  private final Budget budget = new Budget();
  private final Map<String, TableReader> tables = new HashMap<>();
  private final List<TableReader> inOrder = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> indexNames = new HashSet<>();
  private final List<VirtualTableSchema> virtualTables = new ArrayList<>();
  private final List<SchemaEntry> unplaced = new ArrayList<>();

  SchemaReader(boolean descendingOrder, TextEncoding encoding) {
    this.descendingOrder = descendingOrder;
    this.encoding = encoding;
  }

  Schema read(List<SchemaEntry> entries) {
    for (SchemaEntry entry : entries) {
      if (!place(entry)) {
        unplaced.add(entry);
      }
    }
    List<TableSchema> read = new ArrayList<>();
    for (TableReader table : inOrder) {
      read.add(table.read());
    }
    return new Schema(read, virtualTables, unplaced);
  }

  /** Whether it is understood what the entry is, if not what it says. */
  private boolean place(SchemaEntry entry) {
    String type = entry.type();
    if (type == null || entry.name() == null || entry.table() == null) {
      return false;
    }
    String name = SqlText.lowerCase(entry.name());
    String owner = SqlText.lowerCase(entry.table());
    if (type.equals("index")) {
      TableReader table = tables.get(owner);
      return entry.root() > 0 && table != null && indexNames.add(name) && table.add(entry);
    }
    if (type.equals("trigger")) {
      return entry.root() == 0;
    }
    if (!owner.equals(name) || !names.add(name)) {
      return false;
    }
    if (type.equals("view")) {
      return entry.root() == 0;
    }
    if (!type.equals("table") || entry.sql() == null) {
      return false;
    }
    if (entry.root() == 0) {
      return addVirtual(entry);
    }
    TableReader table = TableReader.of(entry, descendingOrder, encoding, budget);
    if (entry.root() < 0 || table == null) {
      return false;
    }
    tables.put(name, table);
    inOrder.add(table);
    return true;
  }

  private boolean addVirtual(SchemaEntry entry) {
    StatementReader statement = new StatementReader(new Tokens(entry.sql()), 0);
    try {
      statement.expect("create");
      statement.expect("virtual");
      statement.expect("table");
      statement.ifNotExists();
      String name = SqlText.lowerCase(statement.name());
      statement.expect("using");
      String module = SqlText.lowerCase(statement.name());
      virtualTables.add(new VirtualTableSchema(entry.name(), module, entry.sql()));
      return name.equals(SqlText.lowerCase(entry.name()));
    } catch (NotUnderstoodException e) {
      return false;
    }
  }
}
