package dev.sqlguard.salvage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was found in a damaged image, ready to be written. */
final class Findings {
  private final FileLayout layout;
  private final List<SchemaRow> schema;
  private final List<Tree> tables;
  private final CellSet suspects;
  private final Orphans orphans;
  private final Damages damages;

  /** Null where there is none, or its rows are not wanted. */
  private final Backup backup;

  private final Set<String> notFilled;
  private final Map<String, Testimony> testimonies;

  private final Map<String, BitSet> repeated;

  /**
   * @param repeated by table rows that repeat a key of an earlier one and don't belong there,
   *     counted from 0 in the order of their keys
   */
  Findings(
      FileLayout layout,
      List<SchemaRow> schema,
      List<Tree> tables,
      CellSet suspects,
      Orphans orphans,
      Damages damages,
      Backup backup,
      Set<String> notFilled,
      Map<String, Testimony> testimonies,
      Map<String, BitSet> repeated) {
    this.testimonies = testimonies;
    this.layout = layout;
    this.schema = schema;
    this.tables = tables;
    this.suspects = suspects;
    this.orphans = orphans;
    this.damages = damages;
    this.backup = backup;
    this.notFilled = notFilled;
    this.repeated = repeated;
  }

  FileLayout layout() {
    return layout;
  }

  List<SchemaRow> schema() {
    return schema;
  }

  /** In the order of the schema. */
  List<Tree> tables() {
    return tables;
  }

  /** Rows that are not to be trusted. */
  CellSet suspects() {
    return suspects;
  }

  boolean isDamaged() {
    return damages.count() > 0 || suspects.size() > 0 || !orphans.isEmpty() || !repeated.isEmpty();
  }

  /** Whether a row, the nth of its table from 0 on, repeats a key of an earlier one. */
  boolean isRepeated(String table, long nth) {
    BitSet rows = repeated.get(table);
    return rows != null && nth <= Integer.MAX_VALUE && rows.get((int) nth);
  }

  /** Root pages of trees that belong to no known table and get one of their own each. */
  List<Long> namelessTrees() {
    return orphans.namelessTrees();
  }

  void quarantineOrphans(Quarantine quarantine) throws IOException {
    orphans.quarantine(quarantine);
  }

  /** Null where no row of this table can come from the backup. */
  Backfill backfill(Pages pages, Tree tree) throws IOException {
    if (backup == null || notFilled.contains(tree.name())) {
      return null;
    }
    boolean whole =
        tree.isIntact() && suspects.size() == 0 && testimony(tree.name()).rowsLost() == 0;
    return whole
        ? null
        : Backfill.of(pages, tree, backup, definition(tree.name()), testimony(tree.name()));
  }

  Testimony testimony(String table) {
    return testimonies.getOrDefault(table, new Testimony());
  }

  private String definition(String table) {
    for (SchemaRow row : schema) {
      if (row.isTableWithRows() && row.name().equals(table)) {
        return row.sql();
      }
    }
    return null;
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    for (SchemaRow row : schema) {
      names.add(row.name());
    }
    return names;
  }

  long segments() {
    long sum = 0;
    for (Tree tree : tables) {
      sum += tree.segments().size();
    }
    return sum;
  }
}
