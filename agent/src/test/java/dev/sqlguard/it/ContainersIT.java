package dev.sqlguard.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Containers whose applications bring the driver along, in class loaders of their own. */
@Tag("matrix")
class ContainersIT {
  private static final String MODULE =
      """
      <module xmlns="urn:jboss:module:1.9" name="%s">
        %s
        <resources>
          <resource-root path="%s"/>
        </resources>
        <dependencies>
          <module name="java.sql"/>
          %s
        </dependencies>
      </module>
      """;

  @TempDir Path temporary;
  private Path directory;
  private Path db;
  private Path driver;
  private Path application;
  private Path[] container;

  static List<Path> javas() throws Exception {
    return GuardedJvm.javas();
  }

  @BeforeEach
  void application() throws Exception {
    directory = temporary.toRealPath();
    db = GuardedStory.walDatabase(directory, "app.db");
    List<Path> jars = MatrixPrograms.jarAndLibraries("containers");
    application = jars.get(0);
    driver = jar(jars, "sqlite-jdbc");
    container = jars.stream().filter(jar -> !jar.equals(driver)).toArray(Path[]::new);
  }

  private static Path jar(List<Path> jars, String name) {
    return jars.stream()
        .filter(jar -> jar.getFileName().toString().startsWith(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("javas")
  void twoWebApplicationsInTomcat(Path java) throws Exception {
    Path other = GuardedStory.walDatabase(directory, "other.db");
    GuardedStory.startsHealthyThenDamaged(
        List.of(db, other),
        GuardedJvm.jvm()
            .java(java)
            .classPath(container)
            .program(
                "tomcat.Main",
                directory.resolve("server").toString(),
                webApplication("one"),
                db.toString(),
                webApplication("two"),
                other.toString()));
  }

  private String webApplication(String name) throws Exception {
    Path root = directory.resolve(name);
    Path libraries = Files.createDirectories(root.resolve("WEB-INF/lib"));
    Files.copy(driver, libraries.resolve("sqlite-jdbc.jar"));
    Files.copy(application, libraries.resolve("application.jar"));
    return root.toString();
  }

  @ParameterizedTest
  @MethodSource("javas")
  void aBundleInFelix(Path java) throws Exception {
    Path bundle = directory.resolve("bundle.jar");
    try (JarMaker jar =
        new JarMaker(
            bundle,
            "Bundle-ManifestVersion",
            "2",
            "Bundle-SymbolicName",
            "example.application",
            "Bundle-Activator",
            "osgi.Activator",
            "Import-Package",
            "org.osgi.framework,org.sqlite")) {
      jar.addJar(application);
    }
    GuardedStory.startsHealthyThenDamaged(
        db,
        GuardedJvm.jvm()
            .java(java)
            .classPath(container)
            .program(
                "osgi.Main",
                directory.resolve("storage").toString(),
                db.toString(),
                driver.toString(),
                bundle.toString()));
  }

  @ParameterizedTest
  @MethodSource("javas")
  void aModuleOfJBossModules(Path java) throws Exception {
    Path modules = directory.resolve("modules");
    module(modules, "org.sqlite", "", driver, "");
    module(
        modules,
        "example.application",
        "<main-class name=\"modules.Main\"/>",
        application,
        "<module name=\"org.sqlite\" services=\"import\"/>");
    GuardedStory.startsHealthyThenDamaged(
        db,
        GuardedJvm.jvm()
            .java(java)
            .classPath()
            .program(
                "-jar",
                jar(List.of(container), "jboss-modules").toString(),
                "-mp",
                modules.toString(),
                "example.application",
                db.toString()));
  }

  private static void module(Path modules, String name, String main, Path jar, String needs)
      throws Exception {
    Path folder = Files.createDirectories(modules.resolve(name.replace('.', '/') + "/main"));
    Path content = Files.copy(jar, folder.resolve("content.jar"));
    Files.writeString(
        folder.resolve("module.xml"), MODULE.formatted(name, main, content.getFileName(), needs));
  }
}
