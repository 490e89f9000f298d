package dev.sqlguard.demo.http;

import com.sun.net.httpserver.HttpServer;
import dev.sqlguard.demo.notebook.Database;
import dev.sqlguard.demo.notebook.Notes;
import dev.sqlguard.demo.notebook.Overview;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The notebook over HTTP, on the loopback interface only. Everything is JSON.
 *
 * <pre>
 * POST /notes                 {"notebook": .., "title": .., "body": .., "tags": [..]}
 * GET  /notes                 ?notebook= &amp; tag= &amp; q= &amp; after=ID &amp; limit=
 * GET  /notes/ID
 * PUT  /notes/ID              {"title": .., "body": ..}
 * GET  /notes/ID/revisions
 * GET  /notebooks
 * GET  /stats                 the number of rows of every table
 * </pre>
 */
public final class NotebookServer implements AutoCloseable {

  private static final int THREADS = 8;

  // Without this, an answer waits for the acknowledgement of its own header: 40 ms each.
  static {
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private NotebookServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /** Starts serving at the port, or at a free one if the port is 0. */
  public static NotebookServer start(Database database, int port) throws IOException {
    Overview overview = new Overview(database);
    Map<String, Endpoint> endpoints =
        Map.of(
            "notes", new NotesEndpoint(new Notes(database)),
            "notebooks", readOnly(request -> Response.ok(overview.notebooks())),
            "stats", readOnly(request -> Response.ok(overview.rowCounts())));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    server.createContext("/", new JsonHandler(endpoints));
    server.setExecutor(threads);
    server.start();
    return new NotebookServer(server, threads);
  }

  public URI address() {
    InetSocketAddress bound = server.getAddress();
    return URI.create(
        "http://%s:%d".formatted(bound.getAddress().getHostAddress(), bound.getPort()));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }

  private static Endpoint readOnly(Endpoint endpoint) {
    return request -> {
      if (!request.method().equals("GET")) {
        throw HttpProblem.methodNotAllowed();
      }
      if (request.path().size() > 1) {
        throw HttpProblem.notFound();
      }
      return endpoint.answer(request);
    };
  }
}
