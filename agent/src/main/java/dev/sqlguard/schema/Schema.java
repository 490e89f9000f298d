package dev.sqlguard.schema;

import dev.sqlguard.format.TextEncoding;
import java.util.List;

/**
 * The tables of a database.
 *
 * @param tables those with a b-tree; sqlite_schema isn't among them
 * @param unplaced entries of which it isn't understood what they are, or that SQLite wouldn't take:
 *     none in a healthy database
 */
public record Schema(
    List<TableSchema> tables, List<VirtualTableSchema> virtualTables, List<SchemaEntry> unplaced) {

  /**
   * Reads the statements. Tables, indexes and conditions that aren't understood for certain say so;
   * what stands in CHECKs, in generated columns, views and triggers isn't read at all.
   *
   * @param format the schema format number, 1 to 4: before 4 indexes know no descending order
   */
  public static Schema of(List<SchemaEntry> rows, int format, TextEncoding encoding) {
    return new SchemaReader(format >= 4, encoding).read(rows);
  }
}
