package dev.sqlguard.demo.tour;

import java.io.IOException;

/** The app answered, but not as it should. */
final class UnexpectedAnswer extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;

  UnexpectedAnswer(String request, int status, String body) {
    super(request + " -> " + status + " " + body);
    this.status = status;
  }

  int status() {
    return status;
  }
}
