package dev.sqlguard.backup;

import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.StateLine;
import dev.sqlguard.verify.Contents;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the state file knows of one backup. Size, time and inode recognise the file cheaply after a
 * rename; the hash recognises it for certain.
 *
 * @param hash of its image, see {@link dev.sqlguard.format.ImageHash}
 * @param madeAt milliseconds since 1970
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
    boolean quick,
    boolean wal,
    int tables,
    long rows,
    Optional<Contents> contents) {

  static final String KIND = "backup";
  private static final int MOST_TEXT = 24 * 1024;

  static BackupRecord of(
      FileStat file, String hash, long madeAt, boolean quick, boolean wal, Contents contents) {
    return new BackupRecord(
        hash,
        file.size(),
        file.modified().toMillis(),
        file.id().inode(),
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

  BackupRecord withoutTableNames() {
    return new BackupRecord(
        hash, size, modified, inode, madeAt, quick, wal, tables, rows, Optional.empty());
  }

  StateLine toLine() {
    String names = contents.isPresent() ? encode(contents.get()) : "";
    if (names.length() > MOST_TEXT) {
      names = "";
    }
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
        "check",
        quick ? "quick" : "full",
        "wal",
        wal,
        "tables",
        tables,
        "rows",
        rows,
        "contents",
        names);
  }

  static BackupRecord fromLine(StateLine line) {
    int tables = (int) line.number("tables");
    String names = line.text("contents");
    return new BackupRecord(
        line.text("hash"),
        line.number("size"),
        line.number("modified"),
        line.number("inode"),
        line.number("made"),
        line.text("check").equals("quick"),
        line.text("wal").equals("true"),
        tables,
        line.number("rows"),
        names.isEmpty() && tables > 0 ? Optional.empty() : Optional.of(decode(names)));
  }

  private static String encode(Contents contents) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Long> table : contents.rowsByTable().entrySet()) {
      text.append(URLEncoder.encode(table.getKey(), StandardCharsets.UTF_8))
          .append(':')
          .append(table.getValue())
          .append(' ');
    }
    return text.toString();
  }

  private static Contents decode(String text) {
    TreeMap<String, Long> rows = new TreeMap<>();
    for (String table : text.split(" ")) {
      int colon = table.lastIndexOf(':');
      if (colon > 0) {
        String name = URLDecoder.decode(table.substring(0, colon), StandardCharsets.UTF_8);
        rows.put(name, Long.parseLong(table.substring(colon + 1)));
      }
    }
    return new Contents(rows);
  }
}
