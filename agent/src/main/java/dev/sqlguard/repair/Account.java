package dev.sqlguard.repair;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is kept beside the evidence of an installation.
 *
 * @param quarantine a database of rows that can't be trusted; it is copied and stays what it is
 * @param onlyCarrier whether the evidence may hold rows that nothing else holds, so that it is kept
 *     for good
 */
public record Account(IncidentReport report, Optional<Path> quarantine, boolean onlyCarrier) {
  /** For evidence of which nothing is known to be missing elsewhere. */
  public Account(IncidentReport report, Optional<Path> quarantine) {
    this(report, quarantine, false);
  }
}
