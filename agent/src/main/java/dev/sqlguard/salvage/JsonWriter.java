package dev.sqlguard.salvage;

import dev.sqlguard.store.ForeignText;
import java.util.Collection;

/**
 * Writes JSON (RFC 8259), indented for people. What can't stand in a JSON text as it is, control
 * characters and halves of surrogate pairs among it, is escaped: the result is always valid UTF-8,
 * and can be shown on a terminal.
 */
public final class JsonWriter {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder text = new StringBuilder();
  private int depth;
  private boolean first = true;
  private boolean named;

  public JsonWriter beginObject() {
    return begin('{');
  }

  public JsonWriter endObject() {
    return end('}');
  }

  public JsonWriter beginArray() {
    return begin('[');
  }

  public JsonWriter endArray() {
    return end(']');
  }

  /** The name of the next value, inside an object. */
  public JsonWriter name(String name) {
    separate();
    quote(name);
    text.append(": ");
    named = true;
    return this;
  }

  public JsonWriter value(String value) {
    separate();
    quote(value);
    return this;
  }

  public JsonWriter value(long value) {
    separate();
    text.append(value);
    return this;
  }

  public JsonWriter value(boolean value) {
    separate();
    text.append(value);
    return this;
  }

  public JsonWriter nullValue() {
    separate();
    text.append("null");
    return this;
  }

  /** An array of texts. */
  public JsonWriter values(Collection<String> values) {
    beginArray();
    for (String value : values) {
      value(value);
    }
    return endArray();
  }

  /** Everything written so far, with a line feed at its end. */
  @Override
  public String toString() {
    return text + "\n";
  }

  private JsonWriter begin(char bracket) {
    separate();
    text.append(bracket);
    depth++;
    first = true;
    return this;
  }

  private JsonWriter end(char bracket) {
    depth--;
    if (!first) {
      newLine();
    }
    text.append(bracket);
    first = false;
    return this;
  }

  /** What stands between the last value and the next one. */
  private void separate() {
    if (named) {
      named = false;
      return;
    }
    if (depth > 0) {
      if (!first) {
        text.append(',');
      }
      newLine();
    }
    first = false;
  }

  private void newLine() {
    text.append('\n');
    for (int i = 0; i < depth; i++) {
      text.append("  ");
    }
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c == '\n') {
        text.append("\\n");
      } else {
        int codePoint = value.codePointAt(i);
        if (ForeignText.isHarmless(codePoint)) {
          text.appendCodePoint(codePoint);
          i += Character.charCount(codePoint) - 1;
        } else {
          escape(c);
        }
      }
    }
    text.append('"');
  }

  private void escape(char c) {
    text.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      text.append(HEX.charAt(c >> shift & 0xf));
    }
  }
}
