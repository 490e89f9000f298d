package dev.sqlguard.scan;

import java.io.IOException;
import java.nio.file.Path;

/** What is tested. */
interface Scanner {
  ScanReport scan(Path image, int threads) throws IOException;
}
