package dev.sqlguard.salvage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What was found in a damaged image, ready to be written. */
final class Findings {
  private final FileLayout layout;
  private final List<SchemaRow> schema;
  private final List<Tree> tables;
  private final CellSet suspects;
  private final Orphans orphans;
  private final Damages damages;

  Findings(
      FileLayout layout,
      List<SchemaRow> schema,
      List<Tree> tables,
      CellSet suspects,
      Orphans orphans,
      Damages damages) {
    this.layout = layout;
    this.schema = schema;
    this.tables = tables;
    this.suspects = suspects;
    this.orphans = orphans;
    this.damages = damages;
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
    return damages.count() > 0 || suspects.size() > 0 || !orphans.isEmpty();
  }

  /** Root pages of trees that belong to no known table and get one of their own each. */
  List<Long> namelessTrees() {
    return orphans.namelessTrees();
  }

  void quarantineOrphans(Quarantine quarantine) throws IOException {
    orphans.quarantine(quarantine);
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
