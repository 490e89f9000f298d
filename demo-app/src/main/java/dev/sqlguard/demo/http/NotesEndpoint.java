package dev.sqlguard.demo.http;

import dev.sqlguard.demo.notebook.NoteDraft;
import dev.sqlguard.demo.notebook.NoteQuery;
import dev.sqlguard.demo.notebook.NoteText;
import dev.sqlguard.demo.notebook.Notes;
import java.sql.SQLException;

/** {@code /notes}, {@code /notes/ID} and {@code /notes/ID/revisions}. */
final class NotesEndpoint implements Endpoint {

  private final Notes notes;

  NotesEndpoint(Notes notes) {
    this.notes = notes;
  }

  @Override
  public Response answer(Request request) throws SQLException {
    return switch (request.path().size()) {
      case 1 -> all(request);
      case 2 -> one(request);
      case 3 -> revisions(request);
      default -> throw HttpProblem.notFound();
    };
  }

  private Response all(Request request) throws SQLException {
    return switch (request.method()) {
      case "GET" -> Response.ok(notes.search(query(request)));
      case "POST" -> Response.created(notes.create(request.bodyAs(NoteDraft.class)));
      default -> throw HttpProblem.methodNotAllowed();
    };
  }

  private Response one(Request request) throws SQLException {
    long id = request.numberAt(1);
    return Response.ok(
        switch (request.method()) {
          case "GET" -> notes.find(id).orElseThrow(HttpProblem::notFound);
          case "PUT" ->
              notes.revise(id, request.bodyAs(NoteText.class)).orElseThrow(HttpProblem::notFound);
          default -> throw HttpProblem.methodNotAllowed();
        });
  }

  private Response revisions(Request request) throws SQLException {
    if (!request.path().get(2).equals("revisions")) {
      throw HttpProblem.notFound();
    }
    if (!request.method().equals("GET")) {
      throw HttpProblem.methodNotAllowed();
    }
    return Response.ok(notes.revisions(request.numberAt(1)));
  }

  private static NoteQuery query(Request request) {
    return new NoteQuery(
        request.query().get("notebook"),
        request.query().get("tag"),
        request.query().get("q"),
        request.number("after", 0),
        request.number("limit", NoteQuery.DEFAULT_LIMIT));
  }
}
