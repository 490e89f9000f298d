package dev.sqlguard.salvage;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a salvage does beyond taking the rows that are there.
 *
 * @param backup a healthy earlier state of the database: its schema stands in for a lost one, its
 *     rows tell where orphaned pages belong
 * @param backfill whether the backup's rows replace rows that are destroyed
 * @param quarantine a file for rows that can't be trusted or belong to no table, which must not
 *     exist and doesn't come to exist where there is no such row; empty: they go into the salvaged
 *     database itself
 * @param constraints whether rows that break a constraint and are kept are counted, for which the
 *     salvaged tables are read once more
 * @param leavesOutSlow whether an index or a virtual table is left out that takes SQLite longer
 *     than the size of the file explains; otherwise the salvage ends with an error there
 */
public record SalvageOptions(
    Optional<Path> backup,
    boolean backfill,
    Optional<Path> quarantine,
    boolean constraints,
    boolean leavesOutSlow) {}
