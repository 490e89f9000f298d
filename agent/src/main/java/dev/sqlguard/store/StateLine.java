package dev.sqlguard.store;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** One fact in the state file: a word for its kind, then {@code key=value} pairs. */
public record StateLine(String kind, Map<String, String> fields) {
  private static final Charset UTF_8 = StandardCharsets.UTF_8;

  /** {@code fields} come as key, value, key, value … */
  public static StateLine of(String kind, Object... fields) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      map.put((String) fields[i], String.valueOf(fields[i + 1]));
    }
    return new StateLine(kind, map);
  }

  /** The value, or an empty text. */
  public String text(String key) {
    return fields.getOrDefault(key, "");
  }

  /** The value, or {@code -1} where it is missing or no number. */
  public long number(String key) {
    try {
      return Long.parseLong(text(key));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  String encode() {
    StringBuilder line = new StringBuilder(kind);
    for (Map.Entry<String, String> field : fields.entrySet()) {
      line.append(' ').append(field.getKey()).append('=');
      line.append(URLEncoder.encode(field.getValue(), UTF_8));
    }
    return line.toString();
  }

  static StateLine decode(String line) {
    String[] words = line.split(" ");
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      if (equals > 0) {
        map.put(
            words[i].substring(0, equals),
            URLDecoder.decode(words[i].substring(equals + 1), UTF_8));
      }
    }
    return new StateLine(words[0], map);
  }
}
