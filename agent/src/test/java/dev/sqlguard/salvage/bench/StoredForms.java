package dev.sqlguard.salvage.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Every row of the original as it would stand in a lost_and_found table: the fields of its record
 * behind its rowid. A row may be there in several lengths, since trailing columns that have their
 * default may be missing in the record.
 */
final class StoredForms {
  /** Tables and rows, by the numbers that {@link DigestTable} returns. */
  record Place(Original.Rows table, int row) {}

  private final List<Original.Rows> tables = new ArrayList<>();
  private final List<Integer> firstNumbers = new ArrayList<>();
  private final DigestTable numbers;

  StoredForms(Original original) throws SQLException {
    numbers = new DigestTable((int) Math.min(1 << 26, original.rows() * 2));
    TextForm texts = TextForm.asStored(original.charset());
    int next = 0;
    try (Connection db = original.open()) {
      for (Map.Entry<String, Original.Rows> table : original.tables().entrySet()) {
        tables.add(table.getValue());
        firstNumbers.add(next);
        next = add(db, table.getValue().shape(), texts, next);
      }
    }
  }

  private int add(Connection db, TableShape shape, TextForm texts, int first) throws SQLException {
    long[] defaults = defaults(db, shape, texts);
    int number = first;
    long[] fields = new long[shape.stored().size()];
    long[] prefixes = new long[fields.length + 1];
    try (RowCursor row = new RowCursor(db, shape.select())) {
      while (row.next()) {
        long rowid = Digest.of(row, 0, texts);
        for (int i = 0; i < fields.length; i++) {
          int column = shape.stored().get(i);
          fields[i] = Digest.ofRecordValue(row, column + 1, texts);
          boolean alias = column == shape.alias();
          prefixes[i + 1] = Digest.append(prefixes[i], alias ? Digest.NULL : fields[i]);
        }
        int length = fields.length;
        numbers.put(form(rowid, prefixes[length], length), number);
        while (shape.rowid() != null && length > 1 && fields[length - 1] == defaults[length - 1]) {
          length--;
          numbers.put(form(rowid, prefixes[length], length), number);
        }
        number++;
      }
    }
    return number;
  }

  /** The digest of a row of a lost_and_found table. */
  static long form(long rowid, long fields, int count) {
    return Digest.append(Digest.append(rowid, fields), count);
  }

  private static long[] defaults(Connection db, TableShape shape, TextForm texts)
      throws SQLException {
    long[] defaults = new long[shape.stored().size()];
    for (int i = 0; i < defaults.length; i++) {
      String expression = shape.defaults().get(shape.stored().get(i));
      defaults[i] = Digest.NULL;
      if (expression != null) {
        try (RowCursor value = new RowCursor(db, "SELECT " + expression)) {
          value.next();
          defaults[i] = Digest.ofRecordValue(value, 0, texts);
        } catch (SQLException e) {
          // The default of a generated column is an expression over others: never left out.
          defaults[i] = Digest.NULL;
        }
      }
    }
    return defaults;
  }

  DigestTable numbers() {
    return numbers;
  }

  Place place(int number) {
    int table = tables.size() - 1;
    while (firstNumbers.get(table) > number) {
      table--;
    }
    return new Place(tables.get(table), number - firstNumbers.get(table));
  }
}
