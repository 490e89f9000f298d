package dev.sqlguard.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** An application that opens one database from many threads at the same time. */
public final class Crowd {
  private static final int THREADS = 20;

  private Crowd() {}

  /** Prints the distinct row counts that the threads saw. */
  public static void main(String[] arguments) throws Exception {
    Class.forName("org.sqlite.JDBC");
    CyclicBarrier start = new CyclicBarrier(THREADS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<Integer>> counts = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      counts.add(
          threads.submit(
              () -> {
                start.await();
                return count(arguments[0]);
              }));
    }
    Set<Integer> seen = new TreeSet<>();
    for (Future<Integer> count : counts) {
      seen.add(count.get());
    }
    threads.shutdown();
    seen.forEach(System.out::println);
  }

  private static int count(String file) throws Exception {
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = db.createStatement()) {
      try (ResultSet tables =
          statement.executeQuery("SELECT count(*) FROM sqlite_master WHERE name = 't'")) {
        if (tables.getInt(1) == 0) {
          return 0;
        }
      }
      try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM t NOT INDEXED")) {
        return rows.getInt(1);
      }
    }
  }
}
