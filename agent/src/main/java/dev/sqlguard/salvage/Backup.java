package dev.sqlguard.salvage;

import dev.sqlguard.format.ByteSource;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.DatabaseHeader;
import dev.sqlguard.format.DatabaseSettings;
import dev.sqlguard.format.Geometry;
import dev.sqlguard.format.TextEncoding;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A healthy earlier state of a damaged database. */
final class Backup {
  private final Pages pages;
  private final SchemaFinder.Found schema;
  private final DatabaseSettings settings;
  private final Damages damages;
  private final byte[] visits;
  private final Map<String, SchemaRow> objects = new HashMap<>();
  private final Map<String, Tree> trees = new HashMap<>();

  Backup(ByteSource image) throws IOException {
    Geometry geometry =
        new GeometryFinder(image)
            .find()
            .orElseThrow(() -> new NothingToSaveException("the backup is no database"));
    byte[] head = new byte[DatabaseHeader.SIZE];
    image.read(0, head, 0, head.length);
    this.settings = DatabaseSettings.parse(head);
    this.pages = new Pages(image, geometry, 0);
    this.damages = new Damages(geometry.pages());
    this.visits = new byte[pages.count() + 1];
    this.schema = new SchemaFinder(pages).find(visits, damages, Optional.empty());
    for (SchemaRow row : schema.rows()) {
      if (row.isTableWithRows() || row.isIndex()) {
        objects.put(row.name(), row);
      }
    }
  }

  List<SchemaRow> schema() {
    return schema.rows();
  }

  TextEncoding encoding() {
    return schema.encoding();
  }

  DatabaseSettings settings() {
    return settings;
  }

  Pages pages() {
    return pages;
  }

  /**
   * The rows of a table, or the entries of an index that has a definition, as they were.
   *
   * @param now the table or index as it is now
   * @param sql its definition now
   * @return null where there was none, or another one of that name
   */
  Tree tree(Tree now, String sql) throws IOException {
    if (trees.containsKey(now.name())) {
      return trees.get(now.name());
    }
    SchemaRow row = objects.get(now.name());
    Tree tree = null;
    if (row != null && row.sql() != null && row.sql().equals(sql)) {
      CellCheck check = new CellCheck(new Payloads(pages), now.order(), now.shape());
      tree = new Tree(now.name(), check);
      new TreeWalk(pages, check, now.name(), visits, damages, false)
          .walk(row.root(), KeyRange.ALL, tree.segments(), tree.gaps());
      tree = tree.isIntact() ? tree : null;
    }
    trees.put(now.name(), tree);
    return tree;
  }

  /**
   * Whether a tree has the very same row; what stands in overflow pages isn't compared.
   *
   * @return null where it has no row of that key
   */
  Boolean hasSame(Tree tree, byte[] page, CellCursor row) throws IOException {
    TreeCursor cursor = new TreeCursor(pages, tree);
    if (!tree.order().isKnown() || !cursor.find(page, row)) {
      return null;
    }
    CellCursor there = cursor.cell();
    return row.payloadSize() == there.payloadSize()
        && row.localSize() == there.localSize()
        && Arrays.equals(
            page,
            row.payloadAt(),
            row.payloadAt() + row.localSize(),
            cursor.page(),
            there.payloadAt(),
            there.payloadAt() + there.localSize());
  }
}
