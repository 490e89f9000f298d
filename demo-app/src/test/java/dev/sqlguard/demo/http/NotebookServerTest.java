package dev.sqlguard.demo.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sqlguard.demo.notebook.Database;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotebookServerTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String PLAN =
      """
      {"notebook": "work", "title": "Plan", "body": "Ünïcode & <b>", "tags": ["todo"]}
      """;

  @TempDir private Path directory;

  private Database database;
  private NotebookServer server;

  @BeforeEach
  void start() throws SQLException, IOException {
    database = Database.open(directory.resolve("notebook.db"));
    server = NotebookServer.start(database, 0);
  }

  @AfterEach
  void stop() {
    server.close();
    database.close();
  }

  @Test
  void aCreatedNoteCanBeReadBack() throws Exception {
    HttpResponse<String> created = send("POST", "/notes", PLAN);

    assertEquals(201, created.statusCode());
    HttpResponse<String> read = send("GET", "/notes/1", "");
    assertEquals(200, read.statusCode());
    assertEquals(created.body(), read.body());
    JsonObject note = JsonParser.parseString(read.body()).getAsJsonObject();
    assertEquals("Ünïcode & <b>", note.get("body").getAsString());
  }

  @Test
  void notesAreListedAndSearched() throws Exception {
    send("POST", "/notes", PLAN);

    assertEquals(1, count("/notes"));
    assertEquals(1, count("/notes?notebook=work&tag=todo&q=code%20%26"));
    assertEquals(0, count("/notes?notebook=home"));
    assertEquals(0, count("/notes?after=1"));
    assertEquals(1, count("/notebooks"));
  }

  @Test
  void aChangedNoteHasRevisions() throws Exception {
    send("POST", "/notes", PLAN);

    HttpResponse<String> changed = send("PUT", "/notes/1", "{\"title\": \"Done\", \"body\": \"\"}");

    assertEquals(200, changed.statusCode());
    assertTrue(changed.body().contains("\"title\":\"Done\""), changed.body());
    assertEquals(1, count("/notes/1/revisions"));
  }

  @Test
  void statsCountTheRows() throws Exception {
    send("POST", "/notes", PLAN);

    assertEquals(
        "{\"notebook\":1,\"note\":1,\"tag\":1,\"note_tag\":1,\"revision\":0}",
        send("GET", "/stats", "").body());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /, 404",
    "GET, /nowhere, 404",
    "GET, /notes/1, 404",
    "GET, /notes/1/tags, 404",
    "GET, /stats/1, 404",
    "GET, /notes/one, 400",
    "GET, /notes?limit=0, 400",
    "GET, /notes?limit=99999999999, 400",
    "DELETE, /notes, 405",
    "DELETE, /notes/1, 405",
    "PUT, /notes/1/revisions, 405",
    "POST, /stats, 405",
  })
  void whatIsNotThereIsRefused(String method, String path, int status) throws Exception {
    assertEquals(status, send(method, path, "").statusCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"''", "nonsense", "[]", "{}", "{\"notebook\": \"work\"}", "{\"title\": \"Plan\"}"})
  void aNoteThatMakesNoSenseIsRefused(String body) throws Exception {
    assertEquals(400, send("POST", "/notes", body).statusCode());
  }

  private int count(String path) throws Exception {
    return JsonParser.parseString(send("GET", path, "").body()).getAsJsonArray().size();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(server.address().resolve(path))
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
