package dev.sqlguard.salvage;

import java.io.IOException;

/** No page of an image is one of a database. */
public final class NothingToSaveException extends IOException {
  private static final long serialVersionUID = 1L;

  public NothingToSaveException(String message) {
    super(message);
  }
}
