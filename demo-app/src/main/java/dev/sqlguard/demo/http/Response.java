package dev.sqlguard.demo.http;

import java.util.Map;

/** A status and what becomes the JSON body. */
record Response(int status, Object content) {

  static Response ok(Object content) {
    return new Response(200, content);
  }

  static Response created(Object content) {
    return new Response(201, content);
  }

  static Response problem(int status, String message) {
    return new Response(status, Map.of("error", String.valueOf(message)));
  }
}
