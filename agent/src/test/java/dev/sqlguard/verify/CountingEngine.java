package dev.sqlguard.verify;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;

/** The newest driver, under any version. Counts how often it is asked. */
final class CountingEngine implements SqliteEngine {
  private final Optional<String> version;
  private int opened;

  CountingEngine(String version) {
    this.version = Optional.of(version);
  }

  int opened() {
    return opened;
  }

  void forget() {
    opened = 0;
  }

  @Override
  public Connection open(Path file) throws SQLException {
    opened++;
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  @Override
  public String name() {
    return "a driver";
  }

  @Override
  public Optional<String> version() {
    return version;
  }
}
