package dev.sqlguard.sabotage;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** What a mistake in one source file makes of the program: its classes, and the jar with them. */
final class SabotagedClasses {
  private static final String CORE = "sqlguard/core";

  private final Path module;
  private final Path classes;

  /**
   * @param module the module's directory
   * @param classes an empty directory, for the classes that the mistake changes
   */
  SabotagedClasses(Path module, Path classes) {
    this.module = module;
    this.classes = classes;
  }

  /**
   * @throws IllegalArgumentException where it can't be applied, or doesn't compile
   */
  void compile(Sabotage sabotage) throws IOException {
    String file = sabotage.file();
    compile(file, sabotage.applyTo(Files.readAllLines(module.resolve(file))));
  }

  /** Compiles the file as it stands: that alone must change nothing. */
  void compileUnchanged(String file) throws IOException {
    compile(file, Files.readAllLines(module.resolve(file)));
  }

  private void compile(String file, List<String> lines) throws IOException {
    Path source = classes.resolveSibling("source").resolve(Path.of(file).getFileName());
    Files.createDirectories(source.getParent());
    Files.write(source, lines);
    StringWriter complaints = new StringWriter();
    List<String> options =
        new ArrayList<>(
            List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
    options.addAll(List.of("-proc:none", "-nowarn", "-XDstringConcat=inline"));
    options.addAll(List.of("-source", "17", "-target", "17"));
    options.add("--add-exports=java.base/jdk.internal.access=ALL-UNNAMED");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var files = compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source);
    if (!compiler.getTask(complaints, null, null, options, null, files).call()) {
      throw new IllegalArgumentException("doesn't compile: " + complaints);
    }
  }

  /** Class path entries from the first to the last. */
  String before(String classPath) {
    return classes + File.pathSeparator + classPath;
  }

  /** Copies the shipped jar and puts the changed classes into it. */
  Path jar(Path shipped) throws IOException {
    Path jar = classes.resolveSibling(shipped.getFileName());
    Files.copy(shipped, jar, StandardCopyOption.REPLACE_EXISTING);
    try (FileSystem inside = FileSystems.newFileSystem(jar);
        var files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        // No class loader of an application is to find them.
        String name = CORE + "/" + classes.relativize(file) + "data";
        Files.copy(file, inside.getPath(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    // It was written anew, for its owner only; tests copy it for other users, with its mode.
    Files.setPosixFilePermissions(jar, Files.getPosixFilePermissions(shipped));
    return jar;
  }
}
