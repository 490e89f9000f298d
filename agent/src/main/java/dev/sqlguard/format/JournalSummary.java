package dev.sqlguard.format;

/**
 * What became of the page records of a rollback journal.
 *
 * @param records that were looked at
 * @param applied are proven by their checksum and of a page that the database had
 * @param bad fail their checksum although the page may have been changed afterwards; 0 of {@link
 *     Replay#STRICT}, which ends at the first
 * @param unplaced how many of {@code bad} don't say of which page they are
 * @param reason why not every record was applied, as a clause; empty if every one was
 */
public record JournalSummary(long records, long applied, long bad, long unplaced, String reason) {}
