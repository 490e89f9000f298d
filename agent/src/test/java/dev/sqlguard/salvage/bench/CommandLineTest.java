package dev.sqlguard.salvage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  @Test
  void wordsEndAtBlanksOutsideQuotes() {
    assertEquals(
        List.of("sh", "-c", "a \"b\" | c", "", "d e"),
        CommandLine.parse("sh  -c 'a \"b\" | c' '' d\" \"e").words());
    assertEquals(List.of(), CommandLine.parse(" ").words());
  }

  @Test
  void placeholdersAreFilledInsideWordsToo() {
    assertEquals(
        List.of("x", "cp /a b c", "{other}"),
        CommandLine.parse("x 'cp {damaged} {out}' {other}")
            .with(Map.of("damaged", "/a b", "out", "c")));
  }
}
