package dev.sqlguard.backup;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateLine;
import dev.sqlguard.verify.Contents;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the state file knows of one backup. Size, time and inode recognise the file cheaply after a
 * rename; the hash recognises it for certain.
 *
 * @param hash of its image, see {@link dev.sqlguard.format.ImageHash}
 * @param madeAt milliseconds since 1970
 * @param readAt when its file was last read, and held what the hash says; milliseconds since 1970
 * @param quick it passed {@code quick_check} only
 * @param wal the database was in WAL mode, the backup isn't
 * @param contents rows by table; only totals are kept of older ones
 */
public record BackupRecord(
    String hash,
    long size,
    long modified,
    long inode,
    long madeAt,
    long readAt,
    boolean quick,
    boolean wal,
    int tables,
    long rows,
    Optional<Contents> contents) {

  static final String KIND = "backup";
  private static final String CONTENTS = "rows-by-table";

  static BackupRecord of(
      FileStat file, String hash, long madeAt, boolean quick, boolean wal, Contents contents) {
    return new BackupRecord(
        hash,
        file.size(),
        file.modified().toMillis(),
        file.id().inode(),
        madeAt,
        madeAt,
        quick,
        wal,
        contents.tables(),
        contents.rows(),
        Optional.of(contents));
  }

  boolean isSameAs(BackupRecord other) {
    return inode == other.inode && hash.equals(other.hash);
  }

  boolean looksLike(FileStat file) {
    return size == file.size()
        && modified == file.modified().toMillis()
        && inode == file.id().inode();
  }

  /** Whether {@code now} is what is left after something went wrong with what this backup holds. */
  public boolean isRicherThanRemnant(Contents now) {
    return contents.isPresent()
        ? now.isPoorRemnantOf(contents.get())
        : now.rows() * 2 < rows || now.tables() == 0 && tables > 0;
  }

  /** Whether it has more rows of a table than {@code now}; of totals, where only they are kept. */
  public boolean hasMoreThan(Contents now) {
    return contents.isPresent()
        ? now.firstTablePoorerThan(contents.get()).isPresent()
        : now.rows() < rows || now.tables() < tables;
  }

  BackupRecord withoutTableNames() {
    return with(readAt, Optional.empty());
  }

  /**
   * @param now milliseconds since 1970
   */
  BackupRecord asRead(long now) {
    return with(now, contents);
  }

  private BackupRecord with(long read, Optional<Contents> known) {
    return new BackupRecord(
        hash, size, modified, inode, madeAt, read, quick, wal, tables, rows, known);
  }

  StateLine toLine() {
    return StateLine.of(
        KIND,
        "hash",
        hash,
        "size",
        size,
        "modified",
        modified,
        "inode",
        inode,
        "made",
        madeAt,
        "read",
        readAt,
        "check",
        quick ? "quick" : "full",
        "wal",
        wal,
        "tables",
        tables,
        "rows",
        rows,
        CONTENTS,
        contents.isPresent() ? encode(contents.get()) : "");
  }

  static BackupRecord fromLine(StateLine line) {
    int tables = (int) line.number("tables");
    return new BackupRecord(
        line.text("hash"),
        line.number("size"),
        line.number("modified"),
        line.number("inode"),
        line.number("made"),
        line.number("read"),
        line.text("check").equals("quick"),
        line.text("wal").equals("true"),
        tables,
        line.number("rows"),
        contentsOf(line, tables));
  }

  /** Empty where only totals were kept. */
  private static Optional<Contents> contentsOf(StateLine line, int tables) {
    Optional<Contents> contents = decode(line.text(CONTENTS));
    return contents.isPresent() && contents.get().tables() == tables ? contents : Optional.empty();
  }

  /** One table a line. The line breaks of names are escaped; the state file does the rest. */
  private static String encode(Contents contents) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Long> table : contents.rowsByTable().entrySet()) {
      String name = table.getKey().replace("\\", "\\\\").replace("\n", "\\n");
      text.append(name).append(':').append(table.getValue()).append('\n');
    }
    return text.toString();
  }

  private static Optional<Contents> decode(String text) {
    TreeMap<String, Long> rows = new TreeMap<>();
    int end;
    for (int at = 0; (end = text.indexOf('\n', at)) >= 0; at = end + 1) {
      int colon = text.lastIndexOf(':', end);
      if (colon < at) {
        return Optional.empty();
      }
      try {
        rows.put(
            unescaped(text.substring(at, colon)), Long.parseLong(text.substring(colon + 1, end)));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
    return Optional.of(new Contents(rows));
  }

  private static String unescaped(String text) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        c = text.charAt(++i) == 'n' ? '\n' : text.charAt(i);
      }
      name.append(c);
    }
    return name.toString();
  }
}
