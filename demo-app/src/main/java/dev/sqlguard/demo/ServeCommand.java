package dev.sqlguard.demo;

import dev.sqlguard.demo.http.NotebookServer;
import dev.sqlguard.demo.notebook.Database;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Serves the notebook until the process is told to stop.
 *
 * <p>Like many programs it has no shutdown hook: at SIGTERM the pool is never closed, so SQLite
 * gets no chance to fold the write-ahead log into the database.
 */
@Command(name = "serve", description = "Serve the notebook over HTTP until SIGTERM.")
final class ServeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--db", required = true, paramLabel = "PATH", description = "The SQLite file.")
  private Path file;

  @Option(
      names = "--port",
      required = true,
      paramLabel = "N",
      description = "The port on the loopback interface; 0 takes a free one.")
  private int port;

  @Override
  public Integer call() throws Exception {
    NotebookServer server = NotebookServer.start(Database.open(file), port);
    spec.commandLine().getOut().println("listening on " + server.address());
    Thread.currentThread().join();
    return spec.exitCodeOnSuccess();
  }
}
