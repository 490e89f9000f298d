package dev.sqlguard.sabotage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The list of mistakes keeps up with the source; whether tests notice them takes longer to see. */
class SabotageTest {
  private static List<Sabotage> all() throws IOException {
    return Sabotage.parse(Files.readAllLines(Path.of("src/test/sabotage/sabotages.txt")));
  }

  @Test
  void everyMistakeCanStillBeMade() throws IOException {
    Set<String> names = new HashSet<>();
    for (Sabotage sabotage : all()) {
      List<String> source = Files.readAllLines(Path.of(sabotage.file()));
      assertNotEquals(source, sabotage.applyTo(source), sabotage.name());
      assertTrue(names.add(sabotage.name()), sabotage.name());
    }
    assertTrue(names.size() >= 30);
  }

  @Test
  void everyTestExists() throws Exception {
    for (Sabotage sabotage : all()) {
      assertFalse(sabotage.tests().isEmpty(), sabotage.name());
      for (String test : sabotage.tests()) {
        String[] parts = test.split("#");
        Path source = Path.of("src/test/java/dev/sqlguard", parts[0].replace('.', '/') + ".java");
        assertTrue(Files.exists(source), sabotage.name() + ": " + test);
        if (parts.length > 1) {
          String method = "void " + parts[1].replaceAll("\\(.*", "") + "(";
          assertTrue(Files.readString(source).contains(method), sabotage.name() + ": " + test);
        }
      }
    }
  }

  @Test
  void onlyTheListSaysThatATestMayNotEnd() {
    List<Sabotage> both =
        Sabotage.parse(List.of("# x", "file f", "test t", "endless", "# y", "file f", "test t"));
    assertEquals(List.of(true, false), both.stream().map(Sabotage::mayNotEnd).toList());
  }

  @Test
  void whatStandsThereTwiceIsNoPlace() {
    Sabotage sabotage = Sabotage.parse(List.of("# x", "file f", "-a", "+b", "test t")).get(0);
    assertEquals(List.of("c", "b"), sabotage.applyTo(List.of("c", "  a")));
    assertThrows(IllegalArgumentException.class, () -> sabotage.applyTo(List.of("a", "a")));
    assertThrows(IllegalArgumentException.class, () -> sabotage.applyTo(List.of("b")));
  }
}
