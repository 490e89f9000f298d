package dev.sqlguard.scan;

/** Is told how far a scan has come, by its threads, of which no two speak at a time. */
public interface ScanProgress {
  /**
   * Called many times. What it throws ends the scan.
   *
   * @param pages seen so far, of {@code total}
   */
  void scanned(long pages, long total);
}
