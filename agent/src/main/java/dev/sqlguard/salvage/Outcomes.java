package dev.sqlguard.salvage;

import dev.sqlguard.format.FieldValue;
import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.format.SerialType;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.salvage.TableOutcome.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts into words what became of each table. */
final class Outcomes {
  private static final int LONGEST_TEXT = 60;

  private final TextEncoding encoding;

  Outcomes(TextEncoding encoding) {
    this.encoding = encoding;
  }

  /**
   * @param violations empty where nobody asked
   */
  TableOutcome of(
      Tree tree, TableTally tally, Testimony testimony, Optional<Violations> violations) {
    List<KeyRange> destroyed = new ArrayList<>();
    long lost = 0;
    // Gaps that orphans have filled may be none any more; an intact index knows.
    if (!testimony.isComplete()) {
      for (Gap gap : tree.gaps()) {
        destroyed.add(range(tree, gap.range()));
      }
      for (dev.sqlguard.salvage.KeyRange range : tally.damaged) {
        destroyed.add(range(tree, range));
      }
      long known = Math.max(tally.destroyed, testimony.rowsLost());
      lost = Math.max(0, known - tally.fromBackup);
    }
    // An index knows which rows there are, and nothing of most of their values.
    for (dev.sqlguard.salvage.KeyRange range : tally.doubts) {
      destroyed.add(range(tree, range));
    }
    return new TableOutcome(
        tree.name(),
        tally.kept,
        tally.quarantined,
        lost,
        tally.fromBackup,
        destroyed,
        violations,
        tally.notes);
  }

  private KeyRange range(Tree tree, dev.sqlguard.salvage.KeyRange range) {
    return new KeyRange(text(tree, range.low()), text(tree, range.high()));
  }

  private String text(Tree tree, Bound bound) {
    if (bound == null) {
      return "";
    }
    return bound.record() == null ? Long.toString(bound.rowid()) : key(tree.shape(), bound);
  }

  private String key(TableShape shape, Bound bound) {
    RecordCursor record = new RecordCursor();
    if (record.parse(bound.record(), 0, bound.record().length, bound.size())
        == RecordCursor.Result.INCOMPLETE) {
      return "?";
    }
    StringBuilder text = new StringBuilder("(");
    int fields = Math.min(record.fields(), shape.key().size());
    for (int i = 0; i < fields; i++) {
      text.append(i == 0 ? "" : ", ").append(value(record, i, bound.record()));
    }
    return text.append(')').toString();
  }

  private String value(RecordCursor record, int field, byte[] bytes) {
    long type = record.type(field);
    int at = (int) Math.min(Integer.MAX_VALUE, record.offset(field));
    long size = SerialType.size(type);
    if (type == SerialType.NULL) {
      return "NULL";
    }
    if (type < SerialType.BLOB) {
      if (at + size > bytes.length) {
        return "?";
      }
      return type == SerialType.REAL
          ? Double.toString(FieldValue.real(bytes, at))
          : Long.toString(FieldValue.integer(bytes, at, type));
    }
    if (SerialType.isBlob(type)) {
      return "BLOB of " + size + " bytes";
    }
    int there = (int) Math.max(0, Math.min(size, bytes.length - at));
    String text = new String(bytes, Math.min(at, bytes.length), there, encoding.charset());
    boolean whole = there == size && text.length() <= LONGEST_TEXT;
    return whole ? text : text.substring(0, Math.min(LONGEST_TEXT, text.length())) + "…";
  }
}
