package dev.sqlguard.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonWriterTest {
  private static String quoted(String value) {
    return new JsonWriter().value(value).toString().strip();
  }

  @Test
  void nestsAndSeparates() {
    JsonWriter json = new JsonWriter().beginObject();
    json.name("a").value(1).name("b").beginArray().value(true).nullValue().endArray();
    json.name("c").beginObject().endObject().name("d").values(List.of("x", "y")).endObject();
    assertEquals(
        """
        {
          "a": 1,
          "b": [
            true,
            null
          ],
          "c": {},
          "d": [
            "x",
            "y"
          ]
        }
        """,
        json.toString());
  }

  @Test
  void emptyArraysAndObjectsAmongOthers() {
    JsonWriter json = new JsonWriter().beginArray();
    json.beginArray().endArray().beginObject().endObject().value(1).endArray();
    assertEquals("[\n  [],\n  {},\n  1\n]\n", json.toString());
  }

  @Test
  void escapesWhatHasAMeaning() {
    assertEquals("\"a\\\"b\\\\c\\nd\"", quoted("a\"b\\c\nd"));
  }

  @ParameterizedTest
  @CsvSource({"0, 0000", "1, 0001", "9, 0009", "27, 001b", "127, 007f", "159, 009f"})
  void escapesControlCharacters(int code, String hex) {
    assertEquals("\"\\u" + hex + "\"", quoted(String.valueOf((char) code)));
  }

  @Test
  void escapesLineSeparators() {
    assertEquals("\"\\u2028\\u2029\"", quoted("\u2028\u2029"));
  }

  @Test
  void leavesOtherTextAsItIs() {
    String text = "Grüße, 日本, \uD83D\uDE00 / '";
    assertEquals('"' + text + '"', quoted(text));
  }

  @Test
  void escapesHalvesOfPairs() {
    assertEquals("\"\\ud83d\"", quoted("\uD83D"));
    assertEquals("\"\\ude00x\"", quoted("\uDE00x"));
    assertEquals("\"\\ude00\\ud83d\"", quoted("\uDE00\uD83D"));
    assertEquals("\"\\ud83d\uD83D\uDE00\"", quoted("\uD83D\uD83D\uDE00"));
  }

  @Test
  void survivesUtf8() {
    String json = quoted("\uD83D\0\uDE00\uD83D\uDE00");
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    assertEquals(json, new String(bytes, StandardCharsets.UTF_8));
  }

  @Test
  void writesTheLargestNumbers() {
    assertEquals("-9223372036854775808", new JsonWriter().value(Long.MIN_VALUE).toString().strip());
  }
}
