package dev.sqlguard.demo.tour;

import com.google.gson.reflect.TypeToken;
import dev.sqlguard.demo.http.Json;
import dev.sqlguard.demo.notebook.Note;
import dev.sqlguard.demo.notebook.NoteDraft;
import dev.sqlguard.demo.notebook.NoteQuery;
import dev.sqlguard.demo.notebook.NoteText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Talks to a running app; an answer other than the expected one is an {@link UnexpectedAnswer}. */
final class NotebookClient {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final URI address;

  NotebookClient(URI address) {
    this.address = address;
  }

  /** Returns once the app has acknowledged the note. */
  Note create(NoteDraft draft) throws IOException, InterruptedException {
    return Json.MAPPER.fromJson(send("POST", "/notes", json(draft), 201), Note.class);
  }

  void revise(long id, NoteText text) throws IOException, InterruptedException {
    send("PUT", "/notes/" + id, json(text), 200);
  }

  RowCounts rowCounts() throws IOException, InterruptedException {
    return new RowCounts(
        Json.MAPPER.fromJson(get("/stats"), new TypeToken<Map<String, Long>>() {}));
  }

  List<Note> allNotes() throws IOException, InterruptedException {
    List<Note> notes = new ArrayList<>();
    List<Note> page;
    long last = 0;
    do {
      String path = "/notes?after=%d&limit=%d".formatted(last, NoteQuery.GREATEST_LIMIT);
      page = Json.MAPPER.fromJson(get(path), new TypeToken<List<Note>>() {});
      notes.addAll(page);
      last = notes.isEmpty() ? 0 : notes.get(notes.size() - 1).id();
    } while (!page.isEmpty());
    return notes;
  }

  private String get(String path) throws IOException, InterruptedException {
    return send("GET", path, BodyPublishers.noBody(), 200);
  }

  private String send(String method, String path, BodyPublisher body, int expected)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve(path))
            .method(method, body)
            .timeout(PATIENCE)
            .build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    if (response.statusCode() != expected) {
      throw new UnexpectedAnswer(method + " " + path, response.statusCode(), response.body());
    }
    return response.body();
  }

  private static BodyPublisher json(Object content) {
    return BodyPublishers.ofString(Json.MAPPER.toJson(content));
  }
}
