package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What a user, and every class loader of his application, finds in the one file that we ship. */
class JarContentsIT {
  private static List<String> files() throws IOException {
    try (JarFile jar = new JarFile(GuardedJvm.AGENT.toFile())) {
      return jar.stream().filter(e -> !e.isDirectory()).map(JarEntry::getName).toList();
    }
  }

  @Test
  void onlyTheEntriesAreVisible() throws Exception {
    Set<String> visible = new TreeSet<>(files());
    visible.removeIf(name -> name.startsWith("sqlguard/"));
    assertEquals(
        Set.of(
            "META-INF/MANIFEST.MF",
            "META-INF/LICENSE",
            "META-INF/NOTICE",
            "dev/sqlguard/entry/SqlGuardAgent.class",
            "dev/sqlguard/entry/SqlGuardCommand.class",
            "dev/sqlguard/entry/IsolatedLoader.class"),
        visible);
  }

  @Test
  void theRestLiesInFourFoldersAndLooksLikeNoClass() throws Exception {
    Set<String> folders = new HashSet<>();
    for (String name : files()) {
      if (name.startsWith("sqlguard/")) {
        folders.add(name.split("/")[1]);
        assertTrue(!name.endsWith(".class"), name);
      }
    }
    assertEquals(Set.of("boot", "cli", "core", "sqlite"), folders);
  }

  @Test
  void noEntryIsThereTwice() throws Exception {
    List<String> files = files();
    assertEquals(files.size(), new HashSet<>(files).size());
  }

  @Test
  void eachFolderHoldsOnlyWhatIsNeeded() throws Exception {
    for (String name : files()) {
      if (name.startsWith("sqlguard/boot/")) {
        assertEquals("sqlguard/boot/java/lang/SqlGuardBridge.classdata", name);
      } else if (name.startsWith("sqlguard/core/")) {
        assertTrue(
            name.startsWith("sqlguard/core/dev/sqlguard/")
                || name.startsWith("sqlguard/core/net/bytebuddy/jar/asm/"),
            name);
        assertTrue(!name.startsWith("sqlguard/core/dev/sqlguard/cli/"), name);
      } else if (name.startsWith("sqlguard/cli/")) {
        assertTrue(
            name.startsWith("sqlguard/cli/dev/sqlguard/cli/")
                || name.startsWith("sqlguard/cli/picocli/")
                || name.equals("sqlguard/cli/dev/sqlguard/agent/Command.classdata"),
            name);
      } else if (name.startsWith("sqlguard/sqlite/") && name.endsWith(".classdata")) {
        assertTrue(
            name.startsWith("sqlguard/sqlite/org/sqlite/")
                || name.startsWith("sqlguard/sqlite/org/slf4j/"),
            name);
      }
    }
  }

  @Test
  void noServiceFileIsAnywhere() throws Exception {
    assertEquals(
        List.of(), files().stream().filter(name -> name.contains("META-INF/services")).toList());
  }

  @Test
  void licencesOfWhatIsCarriedAlongAreThere() throws Exception {
    String driver = "sqlguard/sqlite/META-INF/maven/org.xerial/sqlite-jdbc/";
    Set<String> files = new HashSet<>(files());
    assertTrue(files.contains(driver + "LICENSE"));
    assertTrue(files.contains(driver + "LICENSE.zentus"));
  }

  @Test
  void theManifestNamesTheEntriesAndNothingThatCostsStartUp() throws Exception {
    try (JarFile jar = new JarFile(GuardedJvm.AGENT.toFile())) {
      var manifest = jar.getManifest().getMainAttributes();
      assertEquals("dev.sqlguard.entry.SqlGuardAgent", manifest.getValue("Premain-Class"));
      assertEquals("dev.sqlguard.entry.SqlGuardAgent", manifest.getValue("Agent-Class"));
      assertEquals("dev.sqlguard.entry.SqlGuardCommand", manifest.getValue("Main-Class"));
      assertEquals("true", manifest.getValue("Can-Retransform-Classes"));
      assertNotNull(manifest.getValue("Implementation-Version"));
      assertNull(manifest.getValue("Boot-Class-Path"));
      assertNull(manifest.getValue("Class-Path"));
    }
  }
}
