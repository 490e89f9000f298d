package dev.sqlguard.scan;

/** Is told the rows of a table in their order. */
interface RowSink {
  void row(Entry record, long rowid);
}
