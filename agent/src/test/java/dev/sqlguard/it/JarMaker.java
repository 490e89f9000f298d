package dev.sqlguard.it;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.Deflater;

/** Jars that tests put together. Of entries with the same name the first one counts. */
public final class JarMaker implements AutoCloseable {
  private final JarOutputStream out;
  private final Set<String> names = new HashSet<>();

  /**
   * @param manifest names and values in turn
   */
  public JarMaker(Path jar, String... manifest) throws IOException {
    Manifest lines = new Manifest();
    Attributes main = lines.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    for (int i = 0; i < manifest.length; i += 2) {
      main.put(new Attributes.Name(manifest[i]), manifest[i + 1]);
    }
    OutputStream file = Files.newOutputStream(jar);
    out = new JarOutputStream(file, lines);
    out.setLevel(Deflater.BEST_SPEED);
    names.add(JarFile.MANIFEST_NAME);
  }

  /** Everything in another jar. */
  public JarMaker addJar(Path jar) throws IOException {
    try (JarFile source = new JarFile(jar.toFile())) {
      for (JarEntry entry : source.stream().toList()) {
        if (!entry.isDirectory()) {
          try (var in = source.getInputStream(entry)) {
            add(entry.getName(), in.readAllBytes());
          }
        }
      }
    }
    return this;
  }

  /** A class that is on the test's class path, with the classes nested in it. */
  public JarMaker addClass(Class<?> type) throws IOException {
    Path folder = location(type).resolve(type.getPackageName().replace('.', '/'));
    try (var files = Files.newDirectoryStream(folder, type.getSimpleName() + "{,$*}.class")) {
      for (Path file : files) {
        String name = type.getPackageName().replace('.', '/') + "/" + file.getFileName();
        add(name, Files.readAllBytes(file));
      }
    }
    return this;
  }

  public void add(String name, byte[] content) throws IOException {
    if (names.add(name)) {
      out.putNextEntry(new JarEntry(name));
      out.write(content);
      out.closeEntry();
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** The folder of the test class path that a class comes from. */
  public static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The library on the test's class path whose file name begins like this. */
  public static Path library(String prefix) {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (path.getFileName().toString().startsWith(prefix)) {
        return path;
      }
    }
    throw new IllegalStateException("no " + prefix + " on the class path");
  }
}
