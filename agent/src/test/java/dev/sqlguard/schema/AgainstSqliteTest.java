package dev.sqlguard.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.TextEncoding;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What we make of random statements is what SQLite makes of them. */
class AgainstSqliteTest {
  private static final int A_FEW = 200;
  private static final int SCHEMAS = A_FEW * Integer.getInteger("sqlguard.schema.rounds", 1);

  @Test
  void randomSchemasAreUnderstoodAsSqliteUnderstandsThem() throws SQLException {
    int decided = 0;
    int tables = 0;
    for (int seed = 0; seed < SCHEMAS; seed++) {
      RandomStatements statements = new RandomStatements(seed);
      String name = List.of("t", "\"T 1\"", "[t)2]", "`t'3`", "if_", "\"Tä\"").get(seed % 6);
      List<String> all = statements.table(name);
      try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:")) {
        try (Statement statement = db.createStatement()) {
          for (String sql : all) {
            try {
              statement.execute(sql);
            } catch (SQLException e) {
              if (sql == all.get(0)) {
                assertRefused(sql, e);
                break;
              }
            }
          }
        }
        SqlitesView view = new SqlitesView(db);
        List<SchemaEntry> entries = view.entries();
        Schema schema = Schema.of(entries, 4, TextEncoding.UTF_8);
        assertEquals(List.of(), schema.unplaced(), "seed " + seed + ": " + all);
        Map<String, String> ours = SqlitesView.described(schema);
        Map<String, String> theirs = view.described();
        tables += theirs.size();
        assertEquals(theirs.keySet(), ours.keySet(), "seed " + seed + ": " + all);
        for (Map.Entry<String, String> each : ours.entrySet()) {
          if (!each.getValue().startsWith("undecided")) {
            decided++;
            assertEquals(
                theirs.get(each.getKey()),
                each.getValue(),
                "seed " + seed + ": " + each.getKey() + " of " + entries);
          }
        }
      }
    }
    assertTrue(decided > tables * 0.85, decided + " of " + tables);
  }

  private static void assertRefused(String sql, SQLException e) {
    String name = new Named(sql).tableName();
    SchemaEntry entry = new SchemaEntry(1, "table", name, name, 2, sql);
    Schema schema = Schema.of(List.of(entry), 4, TextEncoding.UTF_8);
    boolean decided = !schema.tables().isEmpty() && schema.tables().get(0).undecided() == null;
    boolean indexMissing =
        !schema.tables().isEmpty()
            && "index of a constraint is missing".equals(schema.tables().get(0).undecided());
    assertTrue(!decided && !indexMissing, sql + ": " + e.getMessage());
  }

  /** The name of a table from its statement. */
  private record Named(String sql) {
    String tableName() {
      StatementReader reader = new StatementReader(new Tokens(sql), 2);
      try {
        reader.ifNotExists();
        String name = reader.name();
        return reader.acceptOperator(".") ? reader.name() : name;
      } catch (NotUnderstoodException e) {
        throw new AssertionError(sql, e);
      }
    }
  }
}
