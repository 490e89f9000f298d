package dev.sqlguard.it.torture;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * An application with several threads, each of which commits {@link NumberedRows} on a connection
 * of its own. Each commit that returned is acknowledged in a file, eight bytes at a time: what
 * write(2) took survives the process, however it ends.
 *
 * <p>Commands on standard input, words separated by tabs, each answered by one line:
 *
 * <ul>
 *   <li>{@code warm}: loads the driver
 *   <li>{@code open FILE MODE SYNCHRONOUS AUTOCHECKPOINT}: answers {@code ok} and the number of
 *       rows
 *   <li>{@code write FIRST SPAN THREADS ACKNOWLEDGED}: thread n writes from FIRST + n * SPAN on
 *   <li>{@code stop}: no thread writes any more
 *   <li>{@code return}
 * </ul>
 *
 * What fails because the disk is full, or somebody else is writing, is tried again.
 */
public final class NumberedWriter {
  private static final int BUSY_MILLIS = 20_000;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final long LONG_PAUSE_NANOS = 5_000_000;

  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;
  private String url;
  private String[] settings = {};
  private Connection first;

  private NumberedWriter() {}

  public static void main(String[] arguments) throws Exception {
    NumberedWriter app = new NumberedWriter();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = commands.readLine()) != null && !line.equals("return"); ) {
      String answer;
      try {
        answer = app.run(line.split("\t"));
      } catch (Exception e) {
        answer = "error " + e;
      }
      System.out.println(answer.replace('\n', ' '));
    }
  }

  private String run(String[] words) throws Exception {
    switch (words[0]) {
      case "warm":
        DriverManager.getConnection("jdbc:sqlite::memory:").close();
        return "ok";
      case "open":
        url = "jdbc:sqlite:" + words[1];
        settings =
            new String[] {
              "PRAGMA busy_timeout=" + BUSY_MILLIS,
              "PRAGMA journal_mode=" + words[2],
              "PRAGMA synchronous=" + words[3],
              "PRAGMA wal_autocheckpoint=" + words[4]
            };
        first = connect();
        try (Statement statement = first.createStatement();
            ResultSet rows = statement.executeQuery("SELECT count(*) FROM t NOT INDEXED")) {
          return "ok " + rows.getLong(1);
        }
      case "write":
        for (int i = 0; i < Integer.parseInt(words[3]); i++) {
          long from = Long.parseLong(words[1]) + i * Long.parseLong(words[2]);
          long end = from + Long.parseLong(words[2]);
          Thread thread = new Thread(() -> write(from, end, words[4]));
          thread.setDaemon(true);
          thread.start();
          threads.add(thread);
        }
        return "ok";
      case "stop":
        stopped = true;
        for (Thread thread : threads) {
          thread.join();
        }
        return "ok";
      default:
        return "error unknown command " + words[0];
    }
  }

  private Connection connect() throws SQLException {
    Connection db = DriverManager.getConnection(url);
    try (Statement statement = db.createStatement()) {
      for (String setting : settings) {
        statement.execute(setting);
      }
    }
    return db;
  }

  private void write(long from, long end, String acknowledged) {
    try (FileOutputStream acknowledgements = new FileOutputStream(acknowledged, true)) {
      Connection db = null;
      for (long number = from; number < end && !stopped; ) {
        long next = NumberedRows.next(number);
        try {
          db = db == null ? connect() : db;
          commit(db, number, next);
          acknowledgements.write(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
          number = next;
          LockSupport.parkNanos(PAUSE_NANOS);
        } catch (SQLException e) {
          rollBack(db);
          LockSupport.parkNanos(LONG_PAUSE_NANOS);
        }
      }
    } catch (IOException e) {
      System.err.println("not acknowledged: " + e);
    }
  }

  private static void commit(Connection db, long number, long next) throws SQLException {
    try (Statement statement = db.createStatement();
        PreparedStatement insert = db.prepareStatement(NumberedRows.INSERT)) {
      statement.execute("BEGIN IMMEDIATE");
      for (long row = number; row < next; row++) {
        insert.setLong(1, row);
        insert.setLong(2, NumberedRows.key(row));
        insert.setString(3, NumberedRows.text(row));
        insert.execute();
      }
      statement.execute("COMMIT");
    }
  }

  private static void rollBack(Connection db) {
    if (db != null) {
      try (Statement statement = db.createStatement()) {
        statement.execute("ROLLBACK");
      } catch (SQLException e) {
        // It was rolled back already, or had not begun.
      }
    }
  }
}
