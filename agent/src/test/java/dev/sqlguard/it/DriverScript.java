package dev.sqlguard.it;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The part of {@link ScriptApp}'s commands that programs with a driver without JDBC understand:
 * {@code open NAME readwrite|readonly|default FILE}, {@code sql NAME STATEMENT}, {@code close
 * NAME}, {@code exit CODE} and {@code return}. An exception is answered with all its stack frames
 * after the message, each behind {@code at }.
 */
abstract class DriverScript {
  /** A connection of the driver. */
  interface Database {
    /** The first column of all rows; {@code ok} where there are none. */
    String run(String sql) throws Exception;

    void close() throws Exception;
  }

  private final Map<String, Database> open = new HashMap<>();

  abstract Database open(String how, String file) throws Exception;

  final void play() throws Exception {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = commands.readLine()) != null && !line.equals("return"); ) {
      String answer;
      try {
        answer = run(line.split("\t", 4));
      } catch (Exception e) {
        answer = told(e);
      }
      System.out.println(answer.replace('\n', ' '));
    }
  }

  private String run(String[] words) throws Exception {
    switch (words[0]) {
      case "open":
        open.put(words[1], open(words[2], words[3]));
        return "ok";
      case "sql":
        return open.get(words[1]).run(words[2]);
      case "close":
        open.remove(words[1]).close();
        return "ok";
      case "exit":
        System.exit(Integer.parseInt(words[1]));
        return "";
      default:
        return "error unknown command " + words[0];
    }
  }

  private static String told(Throwable e) {
    StringBuilder answer = new StringBuilder("error " + e);
    for (Throwable t = e; t != null; t = t.getCause()) {
      for (StackTraceElement frame : t.getStackTrace()) {
        answer.append(" at ").append(frame);
      }
    }
    return answer.toString();
  }

  static String joined(StringBuilder rows) {
    return rows.length() == 0 ? "ok" : rows.substring(1);
  }
}
