package dev.sqlguard.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The drivers that programs are started with, and the programs for them. */
final class DriverPrograms {
  /** sqlite-jdbc that is no longer built against: class-file versions 5 to 8. */
  static final String[] OLD = {"3.7.2", "3.8.11.2", "3.21.0", "3.28.0", "3.36.0"};

  /** Between those and the newest; only with {@code -Pmatrix}. */
  static final String[] IN_BETWEEN = {"3.42.0.1", "3.46.1.3", "3.50.3.0"};

  private static final Path FETCHED = Path.of(System.getProperty("old.drivers"));
  private static final Path CLASSES = JarMaker.location(ScriptApp.class);

  private DriverPrograms() {}

  /** What an application needs of one driver, and how it opens a file. */
  record Driver(String name, GuardedJvm jvm, String how, String prefix) {
    GuardedJvm.Running start(String options) throws IOException {
      return jvm.options(options).start();
    }

    String open(GuardedJvm.Running app, String connection, Path db) throws IOException {
      return app.say("open", connection, how, prefix + db);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Path fetched(String file) {
    Path jar = FETCHED.resolve(file);
    assertTrue(Files.exists(jar), jar.toString());
    return jar;
  }

  static Driver xerial(String version) {
    return jdbc(
        "sqlite-jdbc " + version, "org.sqlite.JDBC", fetched("sqlite-jdbc-" + version + ".jar"));
  }

  static Driver newest() {
    return new Driver("newest sqlite-jdbc", GuardedJvm.jvm(), "drivermanager", "jdbc:sqlite:");
  }

  /** SQLite3 Multiple Ciphers in io.github.willena's fork. */
  static Driver encrypting() {
    return jdbc("encrypting sqlite-jdbc", "org.sqlite.JDBC", fetched("encrypting-sqlite-jdbc.jar"));
  }

  static Driver relocated(Path directory) throws IOException {
    Path jar = RelocatedDriver.make(directory);
    return jdbc(
        "relocated sqlite-jdbc",
        "rel.sqlite.JDBC",
        jar,
        JarMaker.library("slf4j-api"),
        JarMaker.library("slf4j-nop"));
  }

  static Driver sqlite4java() {
    String natives = FETCHED.toAbsolutePath().toString();
    fetched("libsqlite4java-linux-amd64-1.0.392.so");
    GuardedJvm jvm =
        GuardedJvm.jvm()
            .classPath(CLASSES, JarMaker.library("sqlite4java-"))
            .jvmArguments("-Dsqlite4java.library.path=" + natives)
            .program(Sqlite4JavaApp.class.getName());
    return new Driver("sqlite4java", jvm, "readwrite", "");
  }

  static Driver bundled() {
    GuardedJvm jvm =
        GuardedJvm.jvm()
            .classPath(
                CLASSES,
                JarMaker.library("sqlite-bundled-jvm-"),
                JarMaker.library("sqlite-jvm-"),
                JarMaker.library("annotation-jvm-"),
                JarMaker.library("kotlin-stdlib-"))
            .program(BundledApp.class.getName());
    return new Driver("androidx's bundled driver", jvm, "default", "");
  }

  /** SQLite in WebAssembly. */
  static Driver sqlite4j() {
    return jdbc(
        "sqlite4j",
        "io.roastedroot.sqlite4j.JDBC",
        fetched("sqlite4j-3.50.4.1.jar"),
        fetched("zerofs-0.1.0.jar"),
        fetched("chicory-annotations.jar"),
        fetched("chicory-log.jar"),
        fetched("chicory-runtime.jar"),
        fetched("chicory-wasi.jar"),
        fetched("chicory-wasm.jar"));
  }

  private static Driver jdbc(String name, String driverClass, Path... jars) {
    Path[] classPath = new Path[jars.length + 1];
    classPath[0] = CLASSES;
    System.arraycopy(jars, 0, classPath, 1, jars.length);
    GuardedJvm jvm =
        GuardedJvm.jvm().classPath(classPath).jvmArguments("-Djdbc.drivers=" + driverClass);
    return new Driver(name, jvm, "drivermanager", "jdbc:sqlite:");
  }
}
