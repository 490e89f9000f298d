package dev.sqlguard.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;

/** An application server's log manager: too early a first use would come before its set-up. */
public final class MarkingLogManager extends LogManager {
  static final String MARK = "test.log-manager.mark";

  /** Leaves a mark that java.util.logging has come to life. */
  public MarkingLogManager() {
    try {
      Files.writeString(Path.of(System.getProperty(MARK)), "initialised");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
