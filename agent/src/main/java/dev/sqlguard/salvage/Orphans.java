package dev.sqlguard.salvage;

import dev.sqlguard.format.BtreePage;
import dev.sqlguard.format.CellCursor;
import dev.sqlguard.format.Geometry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Finds out where orphaned pages belong: into a gap whose keys they fit, of a table whose records
 * theirs could be. What fits nowhere, or in more than one place equally well, goes to quarantine.
 */
final class Orphans {
  /** More trees than this get one table for all that are small. */
  private static final int MOST_NAMELESS = 1000;

  private final Pages pages;
  private final Geometry geometry;
  private final byte[] visits;
  private final Damages damages;
  private final List<Orphan> leftOver = new ArrayList<>();
  private final List<Tree> tables;
  private final HoleFinder holeFinder;
  private final UnprovenLeaves unproven;
  private final List<IndexClaims.Claimant> claimants;
  private IndexClaims claims;
  private final boolean schemaComplete;
  private final boolean schemaProven;
  private final Familiarity familiarity;

  /**
   * @param claimants the indexes that lack pages
   * @param schemaComplete whether every tree of the image should be known by name
   * @param schemaProven whether that is certain: the schema is the image's own, and whole
   */
  Orphans(
      Pages pages,
      byte[] visits,
      Damages damages,
      List<Tree> tables,
      List<IndexClaims.Claimant> claimants,
      boolean schemaComplete,
      boolean schemaProven,
      Familiarity familiarity) {
    this.familiarity = familiarity;
    this.pages = pages;
    this.geometry = pages.geometry();
    this.visits = visits;
    this.damages = damages;
    this.tables = tables;
    this.holeFinder = new HoleFinder(pages);
    this.unproven = new UnprovenLeaves(pages, damages);
    this.claimants = claimants;
    this.schemaComplete = schemaComplete;
    this.schemaProven = schemaProven;
    this.claims = claims();
  }

  boolean isEmpty() {
    return leftOver.isEmpty();
  }

  void attribute() throws IOException {
    List<Hole> holes = holes();
    // Whole subtrees first: what they span, no single page can be a part of.
    Comparator<Orphan> order =
        Comparator.comparingInt(Orphan::depth)
            .thenComparingLong(Orphan::wholeRows)
            .reversed()
            .thenComparingInt(orphan -> orphan.page);
    List<Orphan> withRowids = new ArrayList<>();
    List<Orphan> others = new ArrayList<>();
    for (Orphan root : new OrphanFinder(pages).find()) {
      (root.isOfTable() ? withRowids : others).add(root);
    }
    withRowids.sort(order);
    others.sort(order);
    placeAll(withRowids, holes, order);
    insertFillings(holes, true);
    takeUnproven(true);
    // Whether a tree is an index shows in the rows of its table: these first.
    if (!schemaComplete) {
      Set<Integer> proven = provenIndexes(others);
      others.removeIf(orphan -> proven.contains(orphan.page));
    } else {
      List<Orphan> contested = new ArrayList<>();
      others.removeIf(orphan -> claims.couldBeIndex(orphan) && contested.add(orphan));
      placeAll(others, holes, order);
      insertFillings(holes, false);
      takeUnproven(false);
      holes = holes();
      claims = claims();
      others = contested;
    }
    placeAll(others, holes, order);
    insertFillings(holes, false);
    takeUnproven(false);
  }

  private void takeUnproven(boolean rowids) throws IOException {
    for (Tree tree : tables) {
      if (tree.order().rowids() == rowids) {
        unproven.take(tree, gap -> isClaimed(holeFinder.hole(tree, gap)));
      }
    }
    leftOver.removeIf(orphan -> pages.use(orphan.page) == Pages.Use.BTREE);
  }

  /** Whether an orphan that wasn't placed could fill a hole, or a part of it. */
  private boolean isClaimed(Hole hole) {
    return leftOver.stream()
        .anyMatch(
            orphan ->
                orphan.page != hole.gap().page()
                    && orphan.first != null
                    && oddity(orphan, orphan.wholeProfile(), hole) >= 0);
  }

  /** How unusual an orphan would be in a hole; negative where it can't be there. */
  private static int oddity(Orphan orphan, Profile profile, Hole hole) {
    if (hole.tree().order().rowids() != orphan.isOfTable()) {
      return -1;
    }
    int oddity = profile.oddityIn(hole.tree().shape());
    return oddity >= 0 && hole.hasRoomFor(orphan) ? oddity : -1;
  }

  private IndexClaims claims() {
    return new IndexClaims(pages, claimants, holeFinder, familiarity, schemaProven);
  }

  private List<Hole> holes() throws IOException {
    List<Hole> holes = new ArrayList<>();
    for (Tree tree : tables) {
      for (Gap gap : tree.gaps()) {
        holes.add(holeFinder.hole(tree, gap));
      }
    }
    return holes;
  }

  private void insertFillings(List<Hole> holes, boolean rowids) {
    for (Tree tree : tables) {
      if (tree.order().rowids() == rowids) {
        insertFillings(tree, holes);
      }
    }
  }

  private void placeAll(List<Orphan> roots, List<Hole> holes, Comparator<Orphan> order)
      throws IOException {
    Deque<Orphan> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      Orphan orphan = open.poll();
      IndexClaims.Verdict verdict =
          schemaComplete && !orphan.isOfTable()
              ? claims.judge(orphan, holes)
              : IndexClaims.Verdict.TABLE;
      if (verdict == IndexClaims.Verdict.INDEX) {
        continue;
      }
      if (verdict == IndexClaims.Verdict.TABLE && place(orphan, holes)) {
        addRejected(orphan, open);
        continue;
      }
      boolean whole = orphan.children().isEmpty() || !schemaComplete && holes.isEmpty();
      if (whole || isNameless(orphan)) {
        leftOver.add(orphan);
      } else {
        if (!orphan.isOfTable() && orphan.rows > 0) {
          leftOver.add(orphan.withoutChildren());
        }
        List<Orphan> children = new ArrayList<>(orphan.children());
        children.sort(order);
        children.forEach(child -> child.parent = null);
        open.addAll(children);
      }
    }
  }

  /** What a placed page leads to and the walk of its tree didn't take may belong elsewhere. */
  private void addRejected(Orphan placed, Deque<Orphan> open) {
    for (Orphan child : placed.children()) {
      if (pages.use(child.page) == Pages.Use.BTREE) {
        addRejected(child, open);
      } else {
        child.parent = null;
        open.add(child);
      }
    }
  }

  /** Those whose entries are found repeated in rows. */
  private Set<Integer> provenIndexes(List<Orphan> others) throws IOException {
    if (others.isEmpty()) {
      return Set.of();
    }
    List<Orphan> all = new ArrayList<>(others);
    all.addAll(leftOver);
    return new NamelessTrees(pages, tables, all).indexes();
  }

  /** Whether no known table could have these rows, gap or not. */
  private boolean isNameless(Orphan orphan) {
    if (schemaComplete) {
      return false;
    }
    Profile profile = orphan.wholeProfile();
    for (Tree tree : tables) {
      if (tree.order().rowids() == orphan.isOfTable() && profile.oddityIn(tree.shape()) >= 0) {
        return false;
      }
    }
    return true;
  }

  private boolean place(Orphan orphan, List<Hole> holes) throws IOException {
    if (orphan.first == null) {
      return false;
    }
    Profile profile = orphan.wholeProfile();
    List<Hole> best = new ArrayList<>();
    int bestOddity = Integer.MAX_VALUE;
    for (Hole hole : holes) {
      int oddity = oddity(orphan, profile, hole);
      if (oddity < 0) {
        continue;
      }
      // Between two known neighbours there is less room for chance.
      oddity = 2 * oddity + (hole.isBounded() ? 0 : 1);
      if (oddity < bestOddity) {
        best.clear();
        bestOddity = oddity;
      }
      if (oddity == bestOddity) {
        best.add(hole);
      }
    }
    Hole chosen = best.size() == 1 ? best.get(0) : mostFamiliar(orphan, best);
    if (chosen == null
        || !schemaComplete
            && !orphan.isOfTable()
            && !chosen.isBounded()
            && claims.couldBeIndex(orphan)) {
      return false;
    }
    Segments segments = new Segments();
    List<Gap> gaps = new ArrayList<>();
    Tree tree = chosen.tree();
    new TreeWalk(pages, tree.check(), tree.name(), visits, damages, true)
        .walk(orphan.page, chosen.gap().range(), segments, gaps);
    if (segments.size() == 0) {
      return false;
    }
    chosen.fill(new Hole.Filling(orphan.first, orphan.last, segments, gaps));
    return true;
  }

  /** Null where the backup knows the rows of none, or of several. */
  private Hole mostFamiliar(Orphan orphan, List<Hole> holes) throws IOException {
    Hole found = null;
    int most = 0;
    for (Hole hole : holes) {
      int known = familiarity.of(orphan, hole.tree());
      if (known >= most && known > 0) {
        found = known > most ? hole : null;
        most = known;
      }
    }
    return found;
  }

  /** The tables that could have the rows on an orphan; none for rows without rowids. */
  private List<Tree> tablesOf(Orphan orphan) {
    List<Tree> likely = new ArrayList<>();
    for (Tree tree : tables) {
      if (orphan.isOfTable()
          && tree.order().rowids()
          && tree.segments().size() > 0
          && orphan.profile.oddityIn(tree.shape()) >= 0) {
        likely.add(tree);
      }
    }
    return likely;
  }

  private void insertFillings(Tree tree, List<Hole> holes) {
    List<Hole> own = new ArrayList<>();
    for (Hole hole : holes) {
      if (hole.tree() == tree) {
        own.add(hole);
      }
    }
    if (own.isEmpty()) {
      return;
    }
    Segments merged = new Segments();
    tree.segments().doubts().forEach(merged::doubt);
    List<Gap> gaps = new ArrayList<>();
    int next = 0;
    for (int i = 0; i <= tree.segments().size(); i++) {
      while (next < own.size() && own.get(next).gap().before() == i) {
        fill(own.get(next++), merged, gaps);
      }
      if (i < tree.segments().size()) {
        merged.addFrom(tree.segments(), i);
      }
    }
    tree.replace(merged, gaps);
  }

  /** What is still open between the fillings stays a gap. */
  private void fill(Hole hole, Segments merged, List<Gap> gaps) {
    Bound low = hole.gap().range().low();
    Bound high = hole.gap().range().high();
    long page = hole.gap().page();
    if (!hole.fillings().isEmpty()) {
      unproven.contest(hole.tree(), hole.gap());
      page = 0;
    }
    for (Hole.Filling filling : hole.fillings()) {
      if (leavesRoom(hole.tree(), low, filling.first())) {
        gaps.add(new Gap(merged.size(), new KeyRange(low, filling.first()), 0));
      }
      filling.segments().doubts().forEach(merged::doubt);
      int offset = merged.size();
      for (int i = 0; i < filling.segments().size(); i++) {
        merged.addFrom(filling.segments(), i);
      }
      for (Gap gap : filling.gaps()) {
        gaps.add(new Gap(offset + gap.before(), gap.range(), gap.page()));
      }
      low = filling.last();
    }
    if (hole.fillings().isEmpty() || leavesRoom(hole.tree(), low, high)) {
      gaps.add(new Gap(merged.size(), new KeyRange(low, high), page));
    }
  }

  private static boolean leavesRoom(Tree tree, Bound low, Bound high) {
    if (low == null || high == null) {
      return true;
    }
    return tree.order().rowids()
        ? high.rowid() - 1 > low.rowid()
        : tree.order().compare(low, high) < 0;
  }

  /** The roots of left-over trees that get a quarantine table of their own. */
  List<Long> namelessTrees() {
    List<Long> roots = new ArrayList<>();
    if (!schemaComplete) {
      for (Orphan orphan : leftOver) {
        if (roots.size() < MOST_NAMELESS) {
          roots.add((long) orphan.page);
        }
      }
    }
    return roots;
  }

  void quarantine(Quarantine quarantine) throws IOException {
    RowLookup lookup = new RowLookup(pages);
    for (Orphan orphan : leftOver) {
      quarantine(orphan, schemaComplete ? 0 : orphan.page, quarantine, lookup);
    }
    unproven.quarantine(quarantine);
  }

  private static boolean parse(byte[] page, PageLayout layout, int i, CellCursor cell) {
    int at = layout.pointer(page, i);
    return at >= layout.endOfPointers() && cell.parse(page, layout.type(), at);
  }

  /**
   * Whether one table has every row of the page: then it is a page of that one in a wrong place.
   */
  private boolean isCopy(Orphan orphan, byte[] page, PageLayout layout, RowLookup lookup)
      throws IOException {
    CellCursor cell = new CellCursor(geometry);
    int n = layout.possibleCells(geometry);
    for (Tree tree : tablesOf(orphan)) {
      boolean all = true;
      for (int i = 0; i < n && all; i++) {
        all = !parse(page, layout, i, cell) || lookup.has(tree, page, cell);
      }
      if (all) {
        return true;
      }
    }
    return false;
  }

  private void quarantine(Orphan orphan, long root, Quarantine quarantine, RowLookup lookup)
      throws IOException {
    if (orphan.type != BtreePage.INTERIOR_TABLE) {
      byte[] page = new byte[geometry.pageSize()];
      pages.read(orphan.page, page);
      PageLayout layout = PageLayout.of(page, orphan.page, orphan.type);
      CellCursor cell = new CellCursor(geometry);
      boolean copy = isCopy(orphan, page, layout, lookup);
      int n = layout.possibleCells(geometry);
      for (int i = 0; i < n && !copy; i++) {
        if (parse(page, layout, i, cell)) {
          quarantine.add(root, orphan.page, page, cell, orphan.isOfTable());
        }
      }
    }
    for (Orphan child : orphan.children()) {
      quarantine(child, root, quarantine, lookup);
    }
  }
}
