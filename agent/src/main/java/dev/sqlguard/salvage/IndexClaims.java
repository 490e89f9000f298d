package dev.sqlguard.salvage;

import dev.sqlguard.format.RecordCursor;
import dev.sqlguard.salvage.TableShape.IndexShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells orphans that hold entries of an index from those that hold rows of a table WITHOUT ROWID,
 * where the schema is known. Rows are worth more than entries: what may be both stays.
 */
final class IndexClaims {
  enum Verdict {
    INDEX,
    TABLE,
    UNKNOWN
  }

  /** An index that lacks pages, and the rows that its entries are of. */
  record Claimant(Tree table, IndexShape shape, Tree entries) {}

  /** So many pages tell what the records of a tree look like. */
  private static final int KNOWN_PAGES = 32;

  /** Of the few that are looked up in the backup. */
  private static final int MANY_KNOWN = 8;

  private final Pages pages;
  private final Payloads payloads;
  private final EntryHash entry;
  private final EntryHash row;
  private final List<Claimant> claimants;
  private final HoleFinder holeFinder;
  private final Familiarity familiarity;
  private final boolean schemaProven;
  private final KeySearch search;
  private final Map<Tree, Profile> known = new IdentityHashMap<>();
  private final Map<Tree, List<Hole>> gaps = new IdentityHashMap<>();

  /**
   * @param schemaProven whether there is no table that isn't known; a backup doesn't know the
   *     younger ones
   */
  IndexClaims(
      Pages pages,
      List<Claimant> claimants,
      HoleFinder holeFinder,
      Familiarity familiarity,
      boolean schemaProven) {
    this.schemaProven = schemaProven;
    this.pages = pages;
    this.payloads = new Payloads(pages);
    this.entry = new EntryHash(new Payloads(pages));
    this.row = new EntryHash(new Payloads(pages));
    this.claimants = claimants;
    this.holeFinder = holeFinder;
    this.familiarity = familiarity;
    this.search = new KeySearch(pages);
  }

  /** What a sample of entries says, if they are those of an index. */
  private static final class Evidence {
    int asked;

    /** The row is there and has these values. */
    int confirmed;

    /** There is no such row, or it has other values. */
    int contradicted;

    /** The row is there, but has none of the values: the index is on expressions. */
    int uncompared;

    /**
     * Whether any row speaks for it.
     *
     * @param uncompared whether its mere existence counts
     */
    boolean isHeard(boolean uncompared) {
      return confirmed > 0 || uncompared && this.uncompared > 0;
    }

    /** As far as it can be asked at all. */
    boolean isConfirmed() {
      return 10 * confirmed >= 2 * asked && confirmed > 0 && !isContradicted();
    }

    /** An old page of the index would still agree with most rows. */
    boolean isRefuted() {
      return 2 * contradicted > asked;
    }

    /** Some contradict that are stale or damaged themselves. */
    boolean isContradicted() {
      return 10 * contradicted > asked;
    }
  }

  /** Whether an orphan could be a part of an index that lacks pages, by its shape. */
  boolean couldBeIndex(Orphan orphan) {
    Profile profile = orphan.wholeProfile();
    for (Claimant claimant : claimants) {
      if (profile.oddityIn(claimant.table.shape(), claimant.shape) >= 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * @param holes of the tables WITHOUT ROWID that lack rows
   */
  Verdict judge(Orphan orphan, List<Hole> holes) throws IOException {
    Profile profile = orphan.wholeProfile();
    if (!couldBeIndex(orphan)) {
      return Verdict.TABLE;
    }
    boolean shaped = false;
    boolean familiar = false;
    boolean surrounded = false;
    int tableOddity = Integer.MAX_VALUE;
    OrphanSample sample = new OrphanSample(pages, orphan);
    Set<Tree> asked = new HashSet<>();
    for (Hole hole : holes) {
      if (hole.tree().order().rowids()) {
        continue;
      }
      int oddity = profile.oddityIn(hole.tree().shape());
      if (oddity < 0) {
        continue;
      }
      shaped = true;
      familiar |= asked.add(hole.tree()) && familiarity.of(orphan, hole.tree()) > 0;
      if (orphan.first == null || hole.hasRoomFor(orphan)) {
        oddity += profile.unlike(known(hole.tree()));
        if (oddity < tableOddity || hole.isBounded()) {
          if (sample.rises(hole.tree().order())) {
            tableOddity = Math.min(tableOddity, oddity);
            surrounded |= hole.isBounded() && orphan.first != null;
          }
        }
      }
    }
    if (familiar) {
      return Verdict.TABLE;
    }
    if (!shaped && schemaProven) {
      return Verdict.INDEX;
    }
    return judge(orphan, profile, sample, tableOddity, surrounded);
  }

  /**
   * @param tableOddity how odd the records are in the table that fits best
   * @param surrounded whether known rows of a table are on both sides of where these would be
   */
  private Verdict judge(
      Orphan orphan, Profile profile, OrphanSample sample, int tableOddity, boolean surrounded)
      throws IOException {
    int indexOddity = Integer.MAX_VALUE;
    boolean possible = false;
    boolean less = false;
    boolean refuted = true;
    for (Claimant claimant : claimants) {
      int oddity = profile.oddityIn(claimant.table.shape(), claimant.shape);
      if (oddity < 0) {
        continue;
      }
      oddity += profile.unlike(known(claimant.entries));
      indexOddity = Math.min(indexOddity, oddity);
      Evidence evidence = hear(claimant, sample);
      refuted &= evidence.isRefuted();
      if (!isPlace(claimant, orphan) || !sample.rises(claimant.entries.order())) {
        continue;
      }
      boolean rowids = claimant.table.order().rowids();
      if (rowids && !sample.endsDiffer(entry)) {
        continue;
      }
      if (evidence.isConfirmed() && !surrounded) {
        return Verdict.INDEX;
      }
      if (!evidence.isContradicted()
          && (evidence.isHeard(schemaProven) || isKnown(claimant, orphan))) {
        possible = true;
        less |= oddity < tableOddity;
      }
    }
    if (possible) {
      return less || familiarity.hasBackup() && !surrounded ? Verdict.INDEX : Verdict.UNKNOWN;
    }
    boolean table = tableOddity < indexOddity || surrounded || refuted;
    return table && tableOddity < Integer.MAX_VALUE ? Verdict.TABLE : Verdict.UNKNOWN;
  }

  /** Whether the backup's index has enough of these entries, for those that no row can confirm. */
  private boolean isKnown(Claimant claimant, Orphan orphan) throws IOException {
    return familiarity.of(orphan, claimant.entries) >= MANY_KNOWN;
  }

  /** Whether the index lacks entries where the keys of the orphan would be. */
  private boolean isPlace(Claimant claimant, Orphan orphan) throws IOException {
    if (orphan.first == null || !claimant.entries.order().isKnown()) {
      return true;
    }
    List<Hole> holes = gaps.get(claimant.entries);
    if (holes == null) {
      holes = new ArrayList<>();
      for (Gap gap : claimant.entries.gaps()) {
        holes.add(holeFinder.hole(claimant.entries, gap));
      }
      gaps.put(claimant.entries, holes);
    }
    for (Hole hole : holes) {
      if (hole.hasRoomFor(orphan)) {
        return true;
      }
    }
    return false;
  }

  private Evidence hear(Claimant claimant, OrphanSample sample) throws IOException {
    Evidence evidence = new Evidence();
    sample.each(
        (page, cell) -> {
          Bound key = entry.read(page, cell, Integer.MAX_VALUE) ? key(claimant) : null;
          if (key == null) {
            return;
          }
          evidence.asked++;
          KeySearch.Answer answer = search.find(claimant.table, key);
          if (answer == KeySearch.Answer.ABSENT) {
            evidence.contradicted++;
          } else if (answer == KeySearch.Answer.FOUND
              && row.read(search.page(), search.cell(), Integer.MAX_VALUE)) {
            int same = compare(claimant);
            evidence.confirmed += same > 0 ? 1 : 0;
            evidence.uncompared += same == 0 ? 1 : 0;
            evidence.contradicted += same < 0 ? 1 : 0;
          }
        });
    return evidence;
  }

  private Bound key(Claimant claimant) {
    TableShape table = claimant.table.shape();
    return table.withoutRowid()
        ? entry.keyIn(table, claimant.shape)
        : Bound.ofRowid(entry.lastInteger());
  }

  /**
   * Compares the entry with the row that was found.
   *
   * @return above 0 where they say the same, 0 where nothing but the key can be compared
   */
  private int compare(Claimant claimant) {
    TableShape table = claimant.table.shape();
    int[] columns = claimant.shape.columns();
    int same = 0;
    for (int i = 0; i < columns.length; i++) {
      int column = columns[i];
      boolean ofKey =
          table.withoutRowid() ? column < table.key().size() : column == table.rowidAlias();
      if (column < 0 || ofKey) {
        continue;
      }
      if (column < row.fields() && row.value(column) != entry.value(i)) {
        return -1;
      }
      same += column < row.fields() ? 1 : 0;
    }
    return same;
  }

  /** What the records of a tree look like that are still there. */
  private Profile known(Tree tree) throws IOException {
    Profile profile = known.get(tree);
    if (profile == null) {
      profile = new Profile();
      Segments segments = tree.segments();
      byte[] page = new byte[pages.geometry().pageSize()];
      RecordCursor record = new RecordCursor();
      SegmentCells cells = new SegmentCells(pages, tree);
      Profile seen = profile;
      for (int i = 0; i < segments.size(); i += Math.max(1, segments.size() / KNOWN_PAGES)) {
        pages.read(segments.page(i), page);
        cells.each(
            page,
            i,
            cell -> {
              if (payloads.parse(page, cell, record)) {
                seen.add(record);
              }
            });
      }
      known.put(tree, profile);
    }
    return profile;
  }
}
