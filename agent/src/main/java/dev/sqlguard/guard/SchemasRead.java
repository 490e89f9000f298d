package dev.sqlguard.guard;

import dev.sqlguard.store.StateFile;
import dev.sqlguard.store.StateLine;
import dev.sqlguard.verify.KnownSchemas;
import java.util.ArrayList;
import java.util.List;

/**
 * The schemas that SQLite has read, in the state file. They are saved with the next record of a
 * backup: whoever forgets one asks SQLite again.
 */
final class SchemasRead implements KnownSchemas {
  private static final String KIND = "schema";
  private static final String HASH = "hash";
  private static final int MOST = 4;

  private final StateFile state;

  SchemasRead(StateFile state) {
    this.state = state;
  }

  @Override
  public boolean contains(String schemaHash) {
    for (StateLine line : state.lines(KIND)) {
      if (line.text(HASH).equals(schemaHash)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void add(String schemaHash) {
    List<StateLine> lines = new ArrayList<>(state.lines(KIND));
    lines.add(0, StateLine.of(KIND, HASH, schemaHash));
    state.put(KIND, lines.subList(0, Math.min(lines.size(), MOST)));
  }
}
