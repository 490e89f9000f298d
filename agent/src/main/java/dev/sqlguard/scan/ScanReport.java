package dev.sqlguard.scan;

import dev.sqlguard.schema.Schema;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a scan came to.
 *
 * @param suspicions in the order of their discovery; not all of them where there are very many
 * @param undecided the tables about which only SQLite can tell whether they and their indexes
 *     agree, and why
 * @param rows how many each table with a b-tree has
 * @param schema null where it couldn't be read, which is a suspicion
 * @param schemaHash of all that sqlite_schema says, root pages left out; empty like {@code schema}
 * @param imageHash see {@link dev.sqlguard.format.ImageHash}; empty where it isn't known
 */
public record ScanReport(
    List<Suspicion> suspicions,
    Map<String, String> undecided,
    SortedMap<String, Long> rows,
    Schema schema,
    String schemaHash,
    String imageHash) {}
