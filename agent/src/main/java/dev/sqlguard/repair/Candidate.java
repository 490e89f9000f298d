package dev.sqlguard.repair;

import dev.sqlguard.verify.Contents;
import java.nio.file.Path;

/**
 * Something that could take the place of a damaged database.
 *
 * @param file a verified file in rollback mode
 * @param origin for people: what it is, for example the backup's name and age
 * @param wal whether the database that it comes from was in WAL mode
 */
public record Candidate(Path file, String origin, Contents contents, boolean wal) {}
