package dev.sqlguard.cli;

import dev.sqlguard.guard.Restoration.Result.Installed;
import dev.sqlguard.salvage.JsonWriter;
import dev.sqlguard.store.Disk;
import dev.sqlguard.store.FileStat;
import dev.sqlguard.store.SideFiles;
import dev.sqlguard.verify.Contents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a restoration did, on the terminal and beside the evidence. */
record RestoreReport(Path main, Installed installed, boolean undone) {
  private static final String SUFFIX = ".report.json";

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (undone) {
      lines.add(main + ": is again what it was before the replacement, from " + installed.origin());
    } else {
      Contents contents = installed.contents().orElse(Contents.NONE);
      lines.add(
          main
              + ": restored from "
              + installed.origin()
              + ", "
              + Counted.of(contents.rows(), "row")
              + " in "
              + Counted.of(contents.tables(), "table"));
    }
    if (installed.evidence().isPresent()) {
      lines.add("what was there is kept as " + installed.evidence().get());
      lines.add("to undo this: " + undoCommand());
    }
    if (undone) {
      lines.add(
          "a guarded start would replace it again: start with on-damage=report to keep it as it is");
    }
    return lines;
  }

  /**
   * Beside the evidence, owned like it.
   *
   * @return where
   */
  Path write(Disk disk) throws IOException {
    Path evidence = installed.evidence().orElseThrow();
    Path file = free(evidence);
    disk.create(file);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      disk.write(out, 0, json().getBytes(StandardCharsets.UTF_8));
    }
    disk.adopt(file, FileStat.ofEntry(evidence).orElseThrow());
    disk.syncDirectory(file.getParent());
    return file;
  }

  /** An older report stays: nobody else knows what it says. */
  private static Path free(Path evidence) throws IOException {
    Path file = SideFiles.named(evidence, SUFFIX);
    for (int i = 1; FileStat.ofEntry(file).isPresent(); i++) {
      file = SideFiles.named(evidence, "." + i + SUFFIX);
    }
    return file;
  }

  private String json() {
    JsonWriter json = new JsonWriter();
    json.beginObject();
    json.name("database").value(main.toString());
    json.name("action").value(undone ? "undo" : "restore");
    json.name("time").value(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    json.name("installed").value(installed.from().toString());
    json.name("evidence").value(installed.evidence().orElseThrow().toString());
    json.name("undo").value(undoCommand());
    if (installed.contents().isPresent()) {
      json.name("rows").value(installed.contents().get().rows());
      json.name("tables").beginArray();
      for (Map.Entry<String, Long> table : installed.contents().get().rowsByTable().entrySet()) {
        json.beginObject();
        json.name("name").value(table.getKey());
        json.name("rows").value(table.getValue());
        json.endObject();
      }
      json.endArray();
    }
    json.endObject();
    return json.toString();
  }

  private String undoCommand() {
    return "java -jar sqlguard.jar restore "
        + main
        + " "
        + installed.evidence().orElseThrow().getFileName();
  }
}
