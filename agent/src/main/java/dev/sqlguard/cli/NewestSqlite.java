package dev.sqlguard.cli;

import dev.sqlguard.store.Disk;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.IntegrityCheck;
import dev.sqlguard.verify.SqliteEngine;
import dev.sqlguard.verify.Verdict;
import dev.sqlguard.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Supplier;

/** The SQLite in this jar. It opens private copies and what this command makes, nothing else. */
final class NewestSqlite {
  private static final String NOT_LOADABLE = "SQLite's native library can't be loaded here";

  private final Supplier<Optional<SqliteEngine>> supplier;

  NewestSqlite(Supplier<Optional<SqliteEngine>> supplier) {
    this.supplier = supplier;
  }

  SqliteEngine engine() throws IOException {
    return supplier.get().orElseThrow(() -> new IOException(NOT_LOADABLE));
  }

  /** The same, loaded when it is to open something; an error then where it can't be. */
  SqliteEngine onDemand() {
    return new SqliteEngine() {
      private Optional<SqliteEngine> loaded = Optional.empty();

      @Override
      public Connection open(Path file) throws SQLException {
        loaded = supplier.get();
        return loaded.orElseThrow(() -> new SQLException(NOT_LOADABLE)).open(file);
      }

      @Override
      public String name() {
        return "the newest SQLite";
      }

      @Override
      public Optional<String> version() {
        return loaded.flatMap(SqliteEngine::version);
      }
    };
  }

  /** {@code PRAGMA integrity_check}; what lies beside {@code copy} is folded in and gone then. */
  Verdict check(Path copy, Disk disk) throws IOException {
    Verdict verdict = new IntegrityCheck(engine()).verify(copy, Verifier.Depth.FULL);
    for (Path side : SideFiles.of(copy).all()) {
      disk.delete(side);
    }
    return verdict;
  }
}
