package dev.sqlguard.store;

import java.io.IOException;
import java.io.SyncFailedException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Errors of reading and writing, for people. */
public final class Errors {
  private Errors() {}

  /** What happened to which file: many exceptions of the JDK have only its name as a message. */
  public static String text(Throwable e) {
    Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
    if (cause instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (cause instanceof NoSuchFileException missing) {
      return missing.getFile() + " doesn't exist";
    }
    if (cause instanceof FileAlreadyExistsException existing) {
      return existing.getFile() + " exists already; move it away";
    }
    if (cause instanceof FileSystemException file && file.getReason() == null) {
      return file.getFile() + ": " + cause.getClass().getSimpleName();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /** The same with the file's name: about one that is open the JDK tells only what happened. */
  static IOException named(Path path, IOException e) {
    if (e.getClass() != IOException.class && !(e instanceof SyncFailedException)) {
      return e;
    }
    FileSystemException named = new FileSystemException(path.toString(), null, e.getMessage());
    named.initCause(e);
    return named;
  }
}
