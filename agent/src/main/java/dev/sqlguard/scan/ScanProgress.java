package dev.sqlguard.scan;

/** Is told how far a scan has come, by the thread that called it. */
public interface ScanProgress {
  /**
   * Called many times. What it throws ends the scan.
   *
   * @param pages seen so far, of {@code total}
   */
  void scanned(long pages, long total);
}
