package dev.sqlguard.demo.tour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** What several chapters expect of the files of a stopped app. */
final class FileChecks {

  private final DatabaseFiles files;
  private final Findings findings;

  FileChecks(DatabaseFiles files, Findings findings) {
    this.files = files;
    this.findings = findings;
  }

  /** The file, with its write-ahead log if there is one, is sound and has exactly these rows. */
  void holds(String promised, Path file, RowCounts expected) throws IOException, SQLException {
    if (Files.notExists(file)) {
      findings.expect(promised, false, "no " + file.getFileName());
      return;
    }
    try (PrivateCopy copy = PrivateCopy.of(file)) {
      expectRows(promised, copy, expected);
    }
  }

  /** The write-ahead log is folded in, so that the database file alone has everything. */
  void isFolded(RowCounts expected) throws IOException, SQLException {
    findings.expect(
        "SIGTERM leaves no write-ahead log",
        files.logSize() == 0,
        "%,d bytes".formatted(files.logSize()));
    try (PrivateCopy copy = PrivateCopy.withoutLog(files.database())) {
      expectRows("the database file alone is sound and complete", copy, expected);
    }
  }

  void nothingIsUnfinished() throws IOException {
    findings.expectFiles("no working files of the agent remain", List.of(), files.unfinished());
  }

  private void expectRows(String promised, PrivateCopy copy, RowCounts expected)
      throws SQLException {
    Integrity integrity = copy.integrity();
    if (!integrity.intact()) {
      findings.expect(promised, false, "integrity_check: " + integrity.report());
      return;
    }
    RowCounts seen = copy.rowCounts();
    findings.expect(
        promised,
        seen.equals(expected),
        seen.equals(expected) ? "integrity_check ok, " + seen : seen + " instead of " + expected);
  }
}
