package dev.sqlguard.salvage;

import dev.sqlguard.salvage.TableOutcome.KeyRange;

/**
 * A salvage's report as JSON: what the guard keeps beside the evidence, what the command prints.
 */
public final class ReportJson {
  private ReportJson() {}

  /** The report alone, as a text of its own. */
  public static String of(SalvageReport report) {
    JsonWriter json = new JsonWriter();
    write(report, json);
    return json.toString();
  }

  /** One object. */
  public static void write(SalvageReport report, JsonWriter json) {
    json.beginObject();
    json.name("complete").value(report.isComplete());
    json.name("rows").value(report.rows());
    json.name("fromBackup").value(report.fromBackup());
    json.name("quarantined").value(report.quarantined());
    json.name("lost").value(report.lost());
    json.name("unattributed").value(report.unattributed());
    json.name("schemaFrom").value(report.schemaFrom());
    json.name("tables").beginArray();
    for (TableOutcome table : report.tables()) {
      write(table, json);
    }
    json.endArray();
    json.name("objectsLost").values(report.objectsLost());
    json.name("damagedPages").value(report.damagedPages());
    json.name("pages").beginArray();
    for (DamagedPage page : report.pages()) {
      json.beginObject();
      json.name("page").value(page.page());
      optional(json.name("owner"), page.owner());
      json.name("what").value(page.what());
      json.endObject();
    }
    json.endArray();
    json.name("notes").values(report.notes());
    json.endObject();
  }

  private static void write(TableOutcome table, JsonWriter json) {
    json.beginObject();
    json.name("name").value(table.name());
    json.name("kept").value(table.kept());
    json.name("fromBackup").value(table.fromBackup());
    json.name("quarantined").value(table.quarantined());
    json.name("lost").value(table.lost());
    json.name("destroyed").beginArray();
    for (KeyRange range : table.destroyed()) {
      json.beginObject();
      optional(json.name("after"), range.after());
      optional(json.name("upTo"), range.upTo());
      json.endObject();
    }
    json.endArray();
    json.name("violations");
    if (table.violations().isPresent()) {
      write(table.violations().get(), json);
    } else {
      json.nullValue();
    }
    json.name("notes").values(table.notes());
    json.endObject();
  }

  private static void write(Violations violations, JsonWriter json) {
    json.beginObject();
    json.name("check").value(violations.checks());
    json.name("notNull").value(violations.nulls());
    json.name("strict").value(violations.types());
    json.name("more").value(violations.more());
    optional(json.name("unknown"), violations.unknown());
    json.endObject();
  }

  private static void optional(JsonWriter json, String value) {
    if (value.isEmpty()) {
      json.nullValue();
    } else {
      json.value(value);
    }
  }
}
