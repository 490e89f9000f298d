package dev.sqlguard.verify;

import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.LeafCells;
import dev.sqlguard.format.PlainDatabaseProof;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileBytes;
import dev.sqlguard.verify.Verdict.Damaged;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What SQLite takes for no database, or for one with a schema that it can't read, though its pages
 * prove that it is one.
 */
public final class DestroyedHeader {
  private DestroyedHeader() {}

  /**
   * Whether the pages prove another size than the header says. Then SQLite reads a schema that
   * isn't there, and calls it malformed as it would one that is too new.
   */
  public static boolean hasWrongPageSize(Path copy) throws IOException {
    try (FileBytes bytes = new FileBytes(copy)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      OptionalInt proven = PlainDatabaseProof.pageSize(bytes);
      return header.isPresent()
          && proven.isPresent()
          && proven.getAsInt() != header.get().pageSize();
    }
  }

  /**
   * "Not a database" is damage only where the rest of the file proves that it was one, and its
   * header isn't one of a format that is newer than every SQLite. With a substitute for its header
   * the copy may still show its rows.
   *
   * @param copy private; its header is replaced where it is proven to be destroyed
   */
  public static Optional<Verdict> proven(Path copy, SqliteEngine engine, Disk disk)
      throws IOException {
    OptionalInt pageSize;
    long pages;
    long leafCells;
    try (FileBytes bytes = new FileBytes(copy)) {
      Optional<DatabaseHeader> header = DatabaseHeader.read(bytes);
      pageSize = PlainDatabaseProof.pageSize(bytes);
      if (pageSize.isEmpty()
          || header.isPresent() && header.get().readVersion() > DatabaseHeader.WAL) {
        return Optional.empty();
      }
      pages = bytes.size() / pageSize.getAsInt();
      leafCells = LeafCells.count(bytes, pageSize.getAsInt());
    }
    disk.patch(copy, 0, DatabaseHeader.substitute(pageSize.getAsInt(), pages));
    Contents readable = ReadableRows.of(engine, copy).contents();
    List<Finding> findings = List.of(Finding.headerDestroyed());
    return Optional.of(new Damaged(findings, true, readable, leafCells));
  }
}
