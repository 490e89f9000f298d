package dev.sqlguard.demo.tour;

import dev.sqlguard.demo.notebook.Note;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that write all at once until the app is gone, and remember what was acknowledged. */
final class ConcurrentWriters implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 20;

  private final ExecutorService clients;
  private final Set<Note> acknowledged = ConcurrentHashMap.newKeySet();
  private final AtomicInteger cutOff = new AtomicInteger();
  private final CountDownLatch enough;

  private ConcurrentWriters(int clients, int enough) {
    this.clients = Executors.newFixedThreadPool(clients);
    this.enough = new CountDownLatch(enough);
  }

  static ConcurrentWriters start(NotebookClient client, Author author, int clients, int enough) {
    ConcurrentWriters writers = new ConcurrentWriters(clients, enough);
    for (int i = 0; i < clients; i++) {
      writers.clients.execute(() -> writers.writeUntilCutOff(client, author));
    }
    return writers;
  }

  /** Waits until enough notes are acknowledged; every client goes on writing. */
  void awaitEnough() throws IOException, InterruptedException {
    if (!enough.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("only " + acknowledged.size() + " notes were acknowledged in time");
    }
    if (cutOff.get() > 0) {
      throw new IOException(cutOff + " clients were cut off too early");
    }
  }

  /** Waits until every client was cut off in the middle of a request. */
  void awaitCutOff() throws IOException, InterruptedException {
    clients.shutdown();
    if (!clients.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("only " + cutOff + " clients were cut off");
    }
  }

  Set<Note> acknowledged() {
    return Set.copyOf(acknowledged);
  }

  @Override
  public void close() {
    clients.shutdownNow();
  }

  private void writeUntilCutOff(NotebookClient client, Author author) {
    try {
      while (true) {
        acknowledged.add(client.create(author.nextDraft()));
        enough.countDown();
      }
    } catch (IOException e) {
      cutOff.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
