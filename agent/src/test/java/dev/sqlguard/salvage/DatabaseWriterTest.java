package dev.sqlguard.salvage;

import static dev.sqlguard.salvage.WrittenDatabase.assertIntact;
import static dev.sqlguard.salvage.WrittenDatabase.layout;
import static dev.sqlguard.salvage.WrittenDatabase.run;
import static dev.sqlguard.salvage.WrittenDatabase.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.TextEncoding;
import dev.sqlguard.store.Disk;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that only this code has written, with SQLite as the judge. */
class DatabaseWriterTest {
  private static final long GIBIBYTE = 1L << 30;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("written.db");
  }

  static Stream<Arguments> layouts() {
    return Stream.of(512, 1024, 4096, 65536)
        .flatMap(
            pageSize ->
                Stream.of(0, 32)
                    .flatMap(
                        reserved ->
                            Stream.of(0, 1, 2)
                                .flatMap(
                                    autoVacuum ->
                                        Stream.of(TextEncoding.values())
                                            .map(
                                                encoding ->
                                                    Arguments.of(
                                                        pageSize,
                                                        reserved,
                                                        autoVacuum,
                                                        encoding)))));
  }

  private static void write(TreeWriter tree, RandomRows rows) throws IOException {
    for (int i = 0; i < rows.records.size(); i++) {
      byte[] record = rows.records.get(i);
      if (i % 3 == 0) {
        tree.add(rows.rowids.get(i), Payload.of(record, 0, record.length));
      } else {
        tree.add(rows.rowids.get(i), record, 0, record.length);
      }
    }
    tree.finish();
  }

  private static RandomRows small(int count, TextEncoding encoding) {
    RandomRows rows = new RandomRows(count, encoding);
    for (int i = 0; i < count; i++) {
      rows.add(3L * i - count, 40);
    }
    return rows;
  }

  private static RandomRows large(FileLayout layout) {
    int usable = layout.pageSize() - layout.reserved();
    RandomRows rows = new RandomRows(5, layout.encoding());
    rows.add(Long.MIN_VALUE, 100);
    long rowid = -1000;
    for (int pages = 1; pages <= 4; pages++) {
      for (int more = -40; more <= 5; more++) {
        rows.addBlob(rowid += 7, pages * usable + more);
      }
    }
    for (int i = 0; i < 20; i++) {
      rows.add(rowid += 1L << 55, 5 * usable);
    }
    rows.add(Long.MAX_VALUE, 100);
    return rows;
  }

  /** Entries of {@code (k BLOB PRIMARY KEY, v)} in order; some keys need overflow pages. */
  private static TreeSet<byte[]> keys(int count, int usable) {
    Random random = new Random(count);
    TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
    while (keys.size() < count) {
      byte[] key = new byte[random.nextInt(8) == 0 ? random.nextInt(2 * usable) : 4];
      random.nextBytes(key);
      keys.add(key);
    }
    return keys;
  }

  private static void writeKeys(TreeWriter tree, TreeSet<byte[]> keys) throws IOException {
    RecordBuilder builder = new RecordBuilder();
    boolean streamed = false;
    for (byte[] key : keys) {
      byte[] record = builder.clear().addBlob(key).addInteger(key.length).build();
      if (streamed = !streamed) {
        tree.add(Payload.of(record, 0, record.length));
      } else {
        tree.add(record, 0, record.length);
      }
    }
    tree.finish();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void everyLayoutHoldsEveryKindOfTree(
      int pageSize, int reserved, int autoVacuum, TextEncoding encoding) throws Exception {
    FileLayout layout = layout(pageSize, reserved, encoding, autoVacuum);
    WrittenDatabase made = new WrittenDatabase(encoding);
    int[] counts = {0, 1, 10, 10_000};
    RandomRows[] rows = new RandomRows[counts.length];
    RandomRows large = large(layout);
    int keyCount = 65536 / (pageSize - reserved) * 8 + 200;
    TreeSet<byte[]> keys = keys(keyCount, pageSize - reserved);
    try (DatabaseWriter writer = new DatabaseWriter(file, layout, new Disk())) {
      int[] roots = new int[counts.length];
      for (int i = 0; i < counts.length; i++) {
        roots[i] = made.table(writer, "t" + i, RandomRows.COLUMNS);
      }
      int index = made.object(writer, "index", "ix", "t3", "CREATE INDEX ix ON t3(b, a)");
      int largeRoot = made.table(writer, "large", RandomRows.COLUMNS);
      int keysRoot = made.table(writer, "k", "(k BLOB PRIMARY KEY, v) WITHOUT ROWID");
      TreeWriter beside = writer.index(keysRoot);
      for (int i = 0; i < counts.length; i++) {
        rows[i] = small(counts[i], encoding);
        write(writer.table(roots[i]), rows[i]);
      }
      writer.empty(index, false);
      writeKeys(beside, keys);
      write(writer.table(largeRoot), large);
      made.writeSchema(writer);
    }
    try (Connection db = WrittenDatabase.open(file)) {
      assertEquals("7", text(db, "PRAGMA user_version"));
      assertEquals(String.valueOf(0x12345678), text(db, "PRAGMA application_id"));
      assertEquals(encoding.pragma(), text(db, "PRAGMA encoding"));
      assertEquals(String.valueOf(autoVacuum), text(db, "PRAGMA auto_vacuum"));
      run(db, "REINDEX");
      assertIntact(db, "after REINDEX");
      for (int i = 0; i < counts.length; i++) {
        rows[i].assertIn(db, "t" + i);
      }
      large.assertIn(db, "large");
      assertEquals(
          String.valueOf(keyCount), text(db, "SELECT count(*) FROM k WHERE length(k) = v"));
      for (byte[] key : List.of(keys.first(), keys.last())) {
        String hex = HexFormat.of().formatHex(key);
        assertEquals("1", text(db, "SELECT count(*) FROM k WHERE k = x'" + hex + "'"));
      }
      useIt(db);
    }
  }

  private static void useIt(Connection db) throws Exception {
    run(
        db,
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
            + "INSERT INTO t3(a, b) SELECT randomblob(i), i FROM n",
        "INSERT INTO t0 SELECT a, b, c FROM t3 LIMIT 50",
        "INSERT INTO k SELECT randomblob(9 + v), 0 FROM k");
    assertIntact(db, "after INSERT");
    run(
        db,
        "DELETE FROM t3 WHERE rowid % 3 = 0",
        "DELETE FROM k WHERE unicode(hex(k)) % 2 = 0",
        "DELETE FROM large WHERE rowid > -900 AND rowid < 1000");
    assertIntact(db, "after DELETE");
    run(db, "DROP TABLE t1", "PRAGMA incremental_vacuum");
    assertIntact(db, "after DROP TABLE");
    run(db, "DROP TABLE large", "CREATE TABLE late(x UNIQUE)", "INSERT INTO late VALUES (1)");
    run(db, "PRAGMA incremental_vacuum", "DELETE FROM t3", "DELETE FROM k");
    assertIntact(db, "after deleting everything");
    run(db, "VACUUM");
    assertIntact(db, "after VACUUM");
  }

  /** Whatever the number of entries, the last page of no level is left without a cell. */
  @ParameterizedTest
  @CsvSource({"512, 0, 2", "512, 1, 200", "512, 1, 90", "1024, 0, 300"})
  void treesOfEveryNumberOfEntries(int pageSize, int autoVacuum, int recordSize) throws Exception {
    int trees = 330;
    WrittenDatabase made = new WrittenDatabase(TextEncoding.UTF_8);
    FileLayout layout = layout(pageSize, 0, TextEncoding.UTF_8, autoVacuum);
    try (DatabaseWriter writer = new DatabaseWriter(file, layout, new Disk())) {
      int[] tables = new int[trees];
      int[] indexes = new int[trees];
      for (int i = 0; i < trees; i++) {
        tables[i] = made.table(writer, "t" + i, "(a, b)");
        indexes[i] = made.table(writer, "w" + i, "(a PRIMARY KEY, b) WITHOUT ROWID");
      }
      RecordBuilder builder = new RecordBuilder();
      for (int i = 0; i < trees; i++) {
        TreeWriter table = writer.table(tables[i]);
        TreeWriter index = writer.index(indexes[i]);
        for (int row = 0; row < i; row++) {
          builder.clear().addInteger(row);
          byte[] record = builder.addBlob(new byte[row % 2 * recordSize]).build();
          index.add(record, 0, record.length);
          table.add(1L << row % 50 | (long) row << 50, record, 0, record.length);
        }
        table.finish();
        index.finish();
      }
      made.writeSchema(writer);
    }
    try (Connection db = WrittenDatabase.open(file)) {
      assertIntact(db, "as written");
      run(db, "BEGIN");
      for (int i = 0; i < trees; i++) {
        String count = String.valueOf(i);
        assertEquals(count, text(db, "SELECT count(a) FROM t" + i));
        assertEquals(count, text(db, "SELECT count(a) FROM w" + i));
        run(db, "DELETE FROM w" + i + " WHERE a % 5 > 0");
      }
      run(db, "COMMIT");
      assertIntact(db, "after DELETE");
    }
  }

  /** The database header takes 100 bytes of the first page, and so of the schema's root. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 9})
  void schemasOfEverySizeFitTheFirstPage(int tables) throws Exception {
    for (int length = 0; length < 640 / tables; length++) {
      Path each = directory.resolve(length + ".db");
      WrittenDatabase made = new WrittenDatabase(TextEncoding.UTF_8);
      int autoVacuum = length % 2;
      try (DatabaseWriter writer =
          new DatabaseWriter(each, layout(512, 0, TextEncoding.UTF_8, autoVacuum), new Disk())) {
        for (int i = 0; i < tables; i++) {
          int root = made.table(writer, "t" + i, "(a /*" + "*".repeat(length) + "*/)");
          assertEquals(2 + autoVacuum + i, root);
        }
        for (int i = 0; i < tables; i++) {
          writer.empty(2 + autoVacuum + i, true);
        }
        made.writeSchema(writer);
      }
      try (Connection db = WrittenDatabase.open(each)) {
        assertIntact(db, "length " + length);
        assertEquals(String.valueOf(tables), text(db, "SELECT count(*) FROM sqlite_schema"));
        if (length % 10 == 0) {
          run(db, "CREATE TABLE more(x)", "INSERT INTO more VALUES (1)", "DROP TABLE t0");
          assertIntact(db, "after changes, length " + length);
        }
      }
      Files.delete(each);
    }
  }

  @ParameterizedTest
  @CsvSource({"512, 0", "512, 1", "4096, 2", "65536, 1"})
  void aSchemaOfThreeHundredTables(int pageSize, int autoVacuum) throws Exception {
    WrittenDatabase made = new WrittenDatabase(TextEncoding.UTF_16LE);
    FileLayout layout = layout(pageSize, 0, TextEncoding.UTF_16LE, autoVacuum);
    try (DatabaseWriter writer = new DatabaseWriter(file, layout, new Disk())) {
      int[] roots = new int[300];
      for (int i = 0; i < roots.length; i++) {
        roots[i] = made.table(writer, "t" + i, RandomRows.COLUMNS);
      }
      for (int root : roots) {
        write(writer.table(root), small(root % 50, TextEncoding.UTF_16LE));
      }
      made.writeSchema(writer);
    }
    try (Connection db = WrittenDatabase.open(file)) {
      assertIntact(db, "as written");
      assertEquals("300", text(db, "SELECT count(*) FROM sqlite_schema"));
      for (int i = 0; i < 300; i += 3) {
        run(db, "DROP TABLE t" + i);
      }
      run(db, "PRAGMA incremental_vacuum");
      assertIntact(db, "after DROP TABLE");
    }
  }

  @Test
  void aDatabaseWithoutAnyTable() throws Exception {
    for (int autoVacuum = 0; autoVacuum <= 2; autoVacuum++) {
      Path each = directory.resolve(autoVacuum + ".db");
      try (DatabaseWriter writer =
          new DatabaseWriter(each, layout(4096, 0, TextEncoding.UTF_8, autoVacuum), new Disk())) {
        writer.schema().finish();
      }
      assertEquals(4096, Files.size(each));
      try (Connection db = WrittenDatabase.open(each)) {
        assertIntact(db, "as written");
        run(db, "CREATE TABLE t(x)", "INSERT INTO t VALUES (randomblob(9000))");
        assertIntact(db, "after CREATE TABLE");
      }
    }
  }

  @Test
  void constraintsAreNotLookedAt() throws Exception {
    WrittenDatabase made = new WrittenDatabase(TextEncoding.UTF_8);
    byte[] record = new RecordBuilder().addNull().addText(new byte[] {(byte) 0xff, 0, 'x'}).build();
    try (DatabaseWriter writer =
        new DatabaseWriter(file, layout(4096, 0, TextEncoding.UTF_8, 0), new Disk())) {
      int root = made.table(writer, "t", "(a NOT NULL, b INTEGER CHECK (b > 0))");
      TreeWriter tree = writer.table(root);
      tree.add(1, record, 0, record.length);
      tree.finish();
      made.writeSchema(writer);
    }
    try (Connection db = WrittenDatabase.open(file)) {
      String found = text(db, "PRAGMA integrity_check");
      assertTrue(found.contains("NULL value in t.a"), found);
      assertEquals("FF0078", text(db, "SELECT hex(CAST(b AS BLOB)) FROM t"));
    }
  }

  @Test
  void anUnreadablePayloadCostsItsRowOnly() throws Exception {
    Payload broken =
        new Payload() {
          @Override
          public long size() {
            return 50_000;
          }

          @Override
          public void read(long from, byte[] into, int at, int length) throws IOException {
            if (from > 20_000) {
              throw new IOException("unreadable");
            }
          }
        };
    for (int autoVacuum = 0; autoVacuum <= 1; autoVacuum++) {
      Path each = directory.resolve(autoVacuum + ".db");
      FileLayout layout = layout(512, 0, TextEncoding.UTF_8, autoVacuum);
      RandomRows rows = large(layout);
      WrittenDatabase made = new WrittenDatabase(TextEncoding.UTF_8);
      try (DatabaseWriter writer = new DatabaseWriter(each, layout, new Disk())) {
        int root = made.table(writer, "t", RandomRows.COLUMNS);
        int other = made.table(writer, "w", "(k BLOB PRIMARY KEY, v) WITHOUT ROWID");
        TreeWriter tree = writer.table(root);
        for (int i = 0; i < rows.records.size(); i++) {
          byte[] record = rows.records.get(i);
          assertThrows(IOException.class, () -> tree.add(Long.MAX_VALUE, broken));
          tree.add(rows.rowids.get(i), record, 0, record.length);
        }
        tree.finish();
        TreeWriter index = writer.index(other);
        assertThrows(IOException.class, () -> index.add(broken));
        index.finish();
        made.writeSchema(writer);
      }
      try (Connection db = WrittenDatabase.open(each)) {
        assertIntact(db, "as written");
        rows.assertIn(db, "t");
      }
    }
  }

  @Test
  void theOrderOfRowsAndCallsIsEnforced() throws Exception {
    byte[] record = new RecordBuilder().addNull().build();
    DatabaseWriter writer =
        new DatabaseWriter(file, layout(4096, 0, TextEncoding.UTF_8, 0), new Disk());
    assertThrows(
        FileAlreadyExistsException.class,
        () -> new DatabaseWriter(file, layout(4096, 0, TextEncoding.UTF_8, 0), new Disk()));
    int root = writer.reserveRoot();
    int second = writer.reserveRoot();
    TreeWriter tree = writer.table(root);
    assertThrows(IllegalArgumentException.class, () -> writer.table(root));
    assertThrows(IllegalArgumentException.class, () -> writer.table(second + 1));
    assertThrows(IllegalStateException.class, writer::reserveRoot);
    tree.add(5, record, 0, record.length);
    for (long rowid : new long[] {5, 4, Long.MIN_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> tree.add(rowid, record, 0, record.length));
      assertThrows(
          IllegalArgumentException.class,
          () -> tree.add(rowid, Payload.of(record, 0, record.length)));
    }
    assertThrows(IllegalStateException.class, () -> tree.add(record, 0, record.length));
    tree.finish();
    assertThrows(IllegalStateException.class, tree::finish);
    assertThrows(IllegalStateException.class, () -> tree.add(6, record, 0, record.length));
    assertThrows(IllegalStateException.class, writer::close);
    writer.close();
    byte[] start = new byte[DatabaseHeader.SIZE];
    byte[] written = Files.readAllBytes(file);
    System.arraycopy(written, 0, start, 0, Math.min(written.length, start.length));
    assertArrayEquals(new byte[DatabaseHeader.SIZE], start);
  }

  /**
   * Beyond 1 GiB stands the lock-byte page. With pages of 1024 bytes it stands where a pointer map
   * page should.
   */
  @ParameterizedTest
  @EnabledIfSystemProperty(named = "sqlguard.large", matches = "true")
  @CsvSource({"1024, 1", "1024, 0", "4096, 2", "65536, 0"})
  void moreThanAGibibyte(int pageSize, int autoVacuum) throws Exception {
    Payload blob = new RecordBuilder().addFollowing(12 + 2 * 300_000_000L).build(counting(), 0);
    WrittenDatabase made = new WrittenDatabase(TextEncoding.UTF_8);
    FileLayout layout = layout(pageSize, 0, TextEncoding.UTF_8, autoVacuum);
    try (DatabaseWriter writer = new DatabaseWriter(file, layout, new Disk())) {
      int root = made.table(writer, "t", "(a)");
      TreeWriter tree = writer.table(root);
      for (int i = 0; i < 4; i++) {
        tree.add(i, blob);
      }
      for (int i = 4; i < 100_000; i++) {
        byte[] record = new RecordBuilder().addInteger(i).build();
        tree.add(i, record, 0, record.length);
      }
      tree.finish();
      made.writeSchema(writer);
    }
    long lockBytes = (Geometry.lockBytePage(pageSize) - 1) * pageSize;
    assertEquals(GIBIBYTE, lockBytes);
    assertTrue(Files.size(file) > GIBIBYTE + pageSize);
    try (Connection db = WrittenDatabase.open(file)) {
      assertIntact(db, "as written");
      assertEquals("100000", text(db, "SELECT count(*) FROM t"));
      assertEquals(
          "4", text(db, "SELECT count(*) FROM t WHERE substr(a, 299999873, 3) = x'808182'"));
      run(db, "DELETE FROM t WHERE rowid < 2", "PRAGMA incremental_vacuum");
      assertIntact(db, "after DELETE");
    }
  }

  private static Payload counting() {
    return new Payload() {
      @Override
      public long size() {
        return Long.MAX_VALUE;
      }

      @Override
      public void read(long from, byte[] into, int at, int length) {
        for (int i = 0; i < length; i++) {
          into[at + i] = (byte) (from + i);
        }
      }
    };
  }
}
