package dev.sqlguard.demo.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;

/** Finds the endpoint by the first segment of the path and sends its answer as JSON. */
final class JsonHandler implements HttpHandler {

  private final Map<String, Endpoint> endpoints;

  JsonHandler(Map<String, Endpoint> endpoints) {
    this.endpoints = endpoints;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Response response = answer(Request.of(exchange));
      byte[] body = Json.MAPPER.toJson(response.content()).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
      exchange.sendResponseHeaders(response.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Response answer(Request request) {
    try {
      return endpoint(request).answer(request);
    } catch (HttpProblem e) {
      return Response.problem(e.status(), e.getMessage());
    } catch (IllegalArgumentException e) {
      return Response.problem(400, e.getMessage());
    } catch (SQLException e) {
      return Response.problem(500, e.getMessage());
    }
  }

  private Endpoint endpoint(Request request) {
    Endpoint endpoint = request.path().isEmpty() ? null : endpoints.get(request.path().get(0));
    if (endpoint == null) {
      throw HttpProblem.notFound();
    }
    return endpoint;
  }
}
