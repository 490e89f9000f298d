package dev.sqlguard.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.TextEncoding;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Statements that damage or a hand has altered in the schema: whatever SQLite still makes of them,
 * we make of them, or say that we can't tell. What SQLite refuses we take only where the mistake is
 * in an expression, which isn't read.
 */
class AlteredStatementsTest {
  private static final int A_FEW = 250;
  private static final int ALTERATIONS = A_FEW * Integer.getInteger("sqlguard.schema.rounds", 1);
  private static final String PIECES =
      "\"'`[]();,.-+*/=<>!|x'0 \n\t_aeiYZ\u00e4$?@#%&~\\\f\u000b1.5--/**/";
  private static final List<String> WORDS =
      List.of(
          " DESC ",
          " COLLATE NOCASE ",
          " UNIQUE ",
          " PRIMARY KEY ",
          " NOT NULL ",
          " ASC",
          " AS (1)",
          " STORED ",
          " GENERATED ALWAYS",
          " WITHOUT ROWID",
          " STRICT",
          ", STRICT",
          " CONSTRAINT z ",
          " AUTOINCREMENT ",
          " ON CONFLICT IGNORE ",
          " DEFAULT 1 ",
          "INTEGER",
          " NULLS LAST",
          ";",
          " WHERE 1",
          " IF NOT EXISTS ",
          " TEMP ",
          "main.",
          " UNIQUE (a)",
          " -- ",
          " /* ",
          " */ ");

  @Test
  void alteredStatementsMeanToUsWhatTheyMeanToSqlite() throws SQLException {
    int understood = 0;
    int refused = 0;
    int lenient = 0;
    for (int seed = 0; seed < ALTERATIONS; seed++) {
      Random random = new Random(seed);
      List<String> all = new RandomStatements(seed / 20).table("t");
      try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:")) {
        SqlitesView view = new SqlitesView(db);
        if (!alter(db, view, all, random)) {
          continue;
        }
        Map<String, String> theirs;
        List<SchemaEntry> entries;
        try {
          theirs = view.described();
          entries = view.entries();
        } catch (SQLException e) {
          entries = entriesOfUnreadable(db, view);
          refused++;
          Schema schema = Schema.of(entries, 4, TextEncoding.UTF_8);
          boolean decided = schema.unplaced().isEmpty();
          for (String each : SqlitesView.described(schema).values()) {
            decided &= !each.startsWith("undecided");
          }
          if (decided) {
            lenient++;
          }
          continue;
        }
        Schema schema = Schema.of(entries, 4, TextEncoding.UTF_8);
        Map<String, String> ours = SqlitesView.described(schema);
        for (Map.Entry<String, String> each : ours.entrySet()) {
          if (!each.getValue().startsWith("undecided") && schema.unplaced().isEmpty()) {
            understood++;
            assertEquals(
                theirs.get(each.getKey()),
                each.getValue(),
                "seed " + seed + ": " + each.getKey() + " of " + entries);
          }
        }
      }
    }
    assertTrue(understood > ALTERATIONS / 10, understood + " understood");
    assertTrue(lenient < refused / 40, lenient + " of " + refused + " that SQLite refuses");
  }

  private static boolean alter(Connection db, SqlitesView view, List<String> all, Random random)
      throws SQLException {
    try (Statement statement = db.createStatement()) {
      for (String sql : all) {
        try {
          statement.execute(sql);
        } catch (SQLException e) {
          continue;
        }
      }
      List<SchemaEntry> victims = new ArrayList<>(view.entries());
      victims.removeIf(entry -> entry.sql() == null);
      if (victims.isEmpty()) {
        return false;
      }
      SchemaEntry victim = victims.get(random.nextInt(victims.size()));
      statement.execute("PRAGMA writable_schema = ON");
      try (PreparedStatement update =
          db.prepareStatement("UPDATE sqlite_schema SET sql = ? WHERE rowid = ?")) {
        update.setString(1, altered(victim.sql(), random));
        update.setLong(2, victim.rowid());
        update.execute();
      }
      statement.execute("PRAGMA writable_schema = OFF");
      statement.execute("PRAGMA schema_version = 9999");
    }
    return true;
  }

  private static String altered(String sql, Random random) {
    StringBuilder text = new StringBuilder(sql);
    int changes = 1 + random.nextInt(2);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(text.length());
      String piece =
          random.nextInt(3) > 0
              ? String.valueOf(PIECES.charAt(random.nextInt(PIECES.length())))
              : WORDS.get(random.nextInt(WORDS.size()));
      switch (random.nextInt(4)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.replace(at, at + 1, piece);
        case 2 -> {
          int end = Math.min(text.length(), at + 1 + random.nextInt(12));
          text.insert(random.nextInt(text.length()), text.substring(at, end));
        }
        default -> text.insert(at, piece);
      }
    }
    return text.toString();
  }

  private static List<SchemaEntry> entriesOfUnreadable(Connection db, SqlitesView view)
      throws SQLException {
    try (Statement statement = db.createStatement()) {
      statement.execute("PRAGMA writable_schema = ON");
    }
    return view.entries();
  }
}
