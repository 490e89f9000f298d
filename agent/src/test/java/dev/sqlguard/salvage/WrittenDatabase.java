package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sqlguard.format.TextEncoding;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Collects schema rows while trees are written, and asks SQLite about the result. */
final class WrittenDatabase {
  private final TextEncoding encoding;
  private final List<byte[]> schema = new ArrayList<>();

  WrittenDatabase(TextEncoding encoding) {
    this.encoding = encoding;
  }

  static FileLayout layout(int pageSize, int reserved, TextEncoding encoding, int autoVacuum) {
    return new FileLayout(pageSize, reserved, encoding, autoVacuum, 4, 7, 0x12345678, 3, 0);
  }

  int object(DatabaseWriter writer, String type, String name, String table, String sql)
      throws IOException {
    int root = writer.reserveRoot();
    RecordBuilder record = new RecordBuilder();
    for (String text : List.of(type, name, table)) {
      record.addText(text.getBytes(encoding.charset()));
    }
    record.addInteger(root);
    if (sql == null) {
      record.addNull();
    } else {
      record.addText(sql.getBytes(encoding.charset()));
    }
    schema.add(record.build());
    return root;
  }

  int table(DatabaseWriter writer, String name, String definition) throws IOException {
    return object(writer, "table", name, name, "CREATE TABLE " + name + definition);
  }

  void writeSchema(DatabaseWriter writer) throws IOException {
    TreeWriter tree = writer.schema();
    for (int i = 0; i < schema.size(); i++) {
      byte[] record = schema.get(i);
      tree.add(i + 1, record, 0, record.length);
    }
    tree.finish();
  }

  static Connection open(Path file) throws SQLException {
    // Nobody pulls the plug here, and waiting for the disk would be most of the time.
    return DriverManager.getConnection(
        "jdbc:sqlite:" + file + "?synchronous=OFF&journal_mode=MEMORY");
  }

  static void run(Connection db, String... statements) throws SQLException {
    try (Statement statement = db.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static String text(Connection db, String sql) throws SQLException {
    StringBuilder all = new StringBuilder();
    try (Statement statement = db.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        all.append(all.length() == 0 ? "" : "\n").append(rows.getString(1));
      }
    }
    return all.toString();
  }

  static void assertIntact(Connection db, String when) throws SQLException {
    assertEquals("ok", text(db, "PRAGMA integrity_check"), when);
  }
}
