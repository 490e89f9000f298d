package dev.sqlguard.scan;

import dev.sqlguard.format.Collation;
import dev.sqlguard.schema.Affinity;
import dev.sqlguard.schema.ColumnSchema;
import dev.sqlguard.schema.SqlValue;
import dev.sqlguard.schema.TableSchema;
import java.util.List;

/** What sqlite_schema itself is like. */
final class SchemaTable {
  static final String NAME = "sqlite_schema";

  private SchemaTable() {}

  static TableSchema schema() {
    return new TableSchema(
        NAME,
        1,
        false,
        List.of(
            column("type"), column("name"), column("tbl_name"), column("rootpage"), column("sql")),
        -1,
        null,
        List.of(),
        null);
  }

  private static ColumnSchema column(String name) {
    return new ColumnSchema(name, Affinity.BLOB, Collation.BINARY, false, new SqlValue.NullValue());
  }
}
