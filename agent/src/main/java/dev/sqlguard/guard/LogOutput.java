package dev.sqlguard.guard;

import dev.sqlguard.store.ForeignText;
import dev.sqlguard.store.LogFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Writes whole lines to the log file, or to the process's standard error. */
final class LogOutput implements LineWriter.Output {
  private final Optional<Path> file;

  /** Kept, because the JDK keeps every stream that is made of it. Null until there is a line. */
  private FileOutputStream standardError;

  LogOutput(Optional<Path> file) {
    this.file = file;
  }

  @Override
  public void write(long millis, String line) {
    try {
      if (file.isPresent()) {
        LocalDateTime time =
            LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneId.systemDefault());
        LogFile.append(file.get(), bytes(dated(time, line)));
        return;
      }
    } catch (IOException | RuntimeException e) {
      String why = file.get() + ": can't be written (" + e.getMessage() + ")";
      standardError("sqlguard: " + ForeignText.printable(why));
    }
    standardError(line);
  }

  /** Always with seconds, which a time's own text leaves out at the full minute. */
  static String dated(LocalDateTime time, String line) {
    return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time.truncatedTo(ChronoUnit.SECONDS))
        + " "
        + line;
  }

  private void standardError(String line) {
    try {
      if (standardError == null) {
        standardError = new FileOutputStream(FileDescriptor.err);
      }
      standardError.write(bytes(line));
    } catch (IOException e) {
      // Standard error is closed: there is nobody to tell.
    }
  }

  private static byte[] bytes(String line) {
    return (line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8);
  }
}
