package dev.sqlguard.demo.http;

/** Ends the handling of a request with an error status. */
final class HttpProblem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;

  HttpProblem(int status, String message) {
    super(message);
    this.status = status;
  }

  static HttpProblem notFound() {
    return new HttpProblem(404, "not found");
  }

  static HttpProblem methodNotAllowed() {
    return new HttpProblem(405, "method not allowed");
  }

  int status() {
    return status;
  }
}
