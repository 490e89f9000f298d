package dev.sqlguard.repair;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is kept beside the evidence of an installation.
 *
 * @param quarantine a database of rows that can't be trusted; it is copied and stays what it is
 */
public record Account(IncidentReport report, Optional<Path> quarantine) {}
