package dev.sqlguard.demo.http;

import com.google.gson.JsonParseException;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A request without its transport.
 *
 * @param path the decoded segments of the path
 * @param query the decoded parameters behind the question mark
 */
record Request(String method, List<String> path, Map<String, String> query, String body) {

  static Request of(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    return new Request(
        exchange.getRequestMethod(), segments(uri.getPath()), parameters(uri.getRawQuery()), body);
  }

  /**
   * The body as a record. What the record's constructor rejects is the sender's fault, too; Gson
   * wraps such a rejection in an exception of its own.
   */
  <T> T bodyAs(Class<T> type) {
    T content;
    try {
      content = Json.MAPPER.fromJson(body, type);
    } catch (JsonParseException e) {
      throw new HttpProblem(400, "the body is not the expected JSON");
    } catch (RuntimeException e) {
      throw new HttpProblem(400, e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    }
    if (content == null) {
      throw new HttpProblem(400, "the body is empty");
    }
    return content;
  }

  long number(String parameter, long fallback) {
    String value = query.get(parameter);
    return value == null ? fallback : parse(value);
  }

  long numberAt(int segment) {
    return parse(path.get(segment));
  }

  private static long parse(String number) {
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw new HttpProblem(400, "not a number: " + number);
    }
  }

  private static List<String> segments(String path) {
    return Stream.of(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    if (query != null) {
      for (String pair : query.split("&")) {
        String[] parts = pair.split("=", 2);
        parameters.put(decoded(parts[0]), parts.length == 1 ? "" : decoded(parts[1]));
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
