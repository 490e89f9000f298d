package dev.sqlguard.demo.http;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.time.Instant;

/** The JSON dialect of the HTTP interface: moments are ISO 8601 strings. */
public final class Json {

  /** Reads and writes the messages of the notebook; shared, as it keeps no state. */
  public static final Gson MAPPER =
      new GsonBuilder()
          .registerTypeAdapter(Instant.class, new InstantAdapter().nullSafe())
          .disableHtmlEscaping()
          .create();

  private Json() {}

  private static final class InstantAdapter extends TypeAdapter<Instant> {

    @Override
    public void write(JsonWriter out, Instant moment) throws IOException {
      out.value(moment.toString());
    }

    @Override
    public Instant read(JsonReader in) throws IOException {
      return Instant.parse(in.nextString());
    }
  }
}
