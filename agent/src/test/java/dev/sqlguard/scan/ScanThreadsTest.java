package dev.sqlguard.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Those who help are threads of the guard's, made by one of the application's. */
class ScanThreadsTest {
  @TempDir Path directory;

  @Test
  void noCodeOfTheApplicationsRunsToMakeThem() throws Exception {
    Path image = directory.resolve("app.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + image);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t(x)");
      statement.execute("CREATE TABLE u(x)");
    }
    AtomicInteger inherited = new AtomicInteger();
    InheritableThreadLocal<String> local =
        new InheritableThreadLocal<>() {
          @Override
          protected String childValue(String parent) {
            inherited.incrementAndGet();
            return parent;
          }
        };
    local.set("of the application");
    try {
      assertEquals(List.of(), Scan.of(image, 3, (pages, total) -> {}).suspicions());
    } finally {
      local.remove();
    }
    assertEquals(0, inherited.get());
  }
}
