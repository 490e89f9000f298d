package dev.sqlguard.repair;

import dev.sqlguard.salvage.JsonWriter;
import dev.sqlguard.salvage.ReportJson;
import dev.sqlguard.salvage.SalvageReport;
import dev.sqlguard.verify.Contents;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is told, beside the evidence, of a database that was replaced.
 *
 * @param action for programs: repair, restore or undo
 * @param damage what was wrong, the worst first; empty where nobody asked
 * @param installed for people: where the database's content comes from now
 * @param why for people: why this and nothing else; may be empty
 * @param passedOver for people: what could have served but didn't
 * @param contents what the database holds now; empty where that isn't known
 * @param salvage what was taken out of the damaged file, where it was
 */
public record IncidentReport(
    Path database,
    String action,
    List<String> damage,
    String installed,
    String why,
    List<String> passedOver,
    Optional<Contents> contents,
    Optional<SalvageReport> salvage) {

  /** How the replacement is taken back, as long as the evidence has this name. */
  public static String undoCommand(Path database, Path evidence) {
    return "java -jar sqlguard.jar restore " + database + " " + evidence.getFileName();
  }

  /**
   * One JSON object.
   *
   * @param evidence what the database was before
   * @param quarantine where rows are that can't be trusted
   */
  String json(Path evidence, Optional<Path> quarantine) {
    JsonWriter json = new JsonWriter();
    json.beginObject();
    json.name("database").value(database.toString());
    json.name("action").value(action);
    json.name("time").value(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    json.name("damage").values(damage);
    json.name("installed").value(installed);
    json.name("why").value(why);
    json.name("passedOver").values(passedOver);
    json.name("evidence").value(evidence.toString());
    json.name("quarantine");
    if (quarantine.isPresent()) {
      json.value(quarantine.get().toString());
    } else {
      json.nullValue();
    }
    json.name("undo").value(undoCommand(database, evidence));
    json.name("names")
        .value("newer evidence moves these files up, to .corrupt.1 and so on, side by side");
    if (contents.isPresent()) {
      write(contents.get(), json);
    }
    if (salvage.isPresent()) {
      json.name("salvage");
      ReportJson.write(salvage.get(), json);
    }
    json.endObject();
    return json.toString();
  }

  private static void write(Contents contents, JsonWriter json) {
    json.name("rows").value(contents.rows());
    json.name("tables").beginArray();
    for (Map.Entry<String, Long> table : contents.rowsByTable().entrySet()) {
      json.beginObject();
      json.name("name").value(table.getKey());
      json.name("rows").value(table.getValue());
      json.endObject();
    }
    json.endArray();
  }
}
