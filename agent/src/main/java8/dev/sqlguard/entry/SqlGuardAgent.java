package dev.sqlguard.entry;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.security.ProtectionDomain;
import java.util.jar.JarFile;

/**
 * The entry: what every JVM that carries the agent pays for. It is Java 8 bytecode so that an older
 * JVM can load it and be told politely; it uses no lambda, no logging and no {@code java.nio.file},
 * because all of them load early what applications want to configure first.
 *
 * <p>It watches class names. The guard's core, and the weaver with it, are loaded when the first
 * SQLite driver appears, never before.
 *
 * <p>Nothing leaves {@code premain}, {@code agentmain} or {@link #transform}: a throwing premain
 * ends the JVM.
 */
public final class SqlGuardAgent implements ClassFileTransformer {
  private static final int OLDEST_JAVA = 17;
  private static final String CORE_FOLDER = "sqlguard/core/";
  private static final String CORE_CLASS = "dev.sqlguard.agent.Core";

  /** By its name: the core has a copy of this class of its own. */
  private static final String ISOLATED_LOADER = "dev.sqlguard.entry.IsolatedLoader";

  private static boolean started;

  private final String options;
  private final Instrumentation instrumentation;
  private ClassFileTransformer core;
  private boolean coreTried;

  private SqlGuardAgent(String options, Instrumentation instrumentation) {
    this.options = options;
    this.instrumentation = instrumentation;
  }

  /** Called by the JVM for {@code -javaagent} and for {@code Launcher-Agent-Class}. */
  public static void premain(String options, Instrumentation instrumentation) {
    start(options, instrumentation);
  }

  /** Called by the JVM when the agent joins a running process. */
  public static void agentmain(String options, Instrumentation instrumentation) {
    start(options, instrumentation);
  }

  private static void start(String options, Instrumentation instrumentation) {
    try {
      synchronized (SqlGuardAgent.class) {
        if (started) {
          return;
        }
        started = true;
        if (!isSupported(System.getProperty("java.specification.version"))) {
          complain(
              "needs Java 17 or newer; this JVM is "
                  + System.getProperty("java.version")
                  + "; the guard is off");
          return;
        }
        if (isJdkTool()) {
          return;
        }
      }
      SqlGuardAgent instance = new SqlGuardAgent(options, instrumentation);
      instrumentation.addTransformer(instance, instrumentation.isRetransformClassesSupported());
      instance.retransformLoadedDrivers();
    } catch (Throwable t) {
      complain("could not start (" + causeOf(t) + "); databases are not guarded");
    }
  }

  static boolean isSupported(String specificationVersion) {
    if (specificationVersion == null || specificationVersion.startsWith("1.")) {
      return false;
    }
    try {
      return Integer.parseInt(specificationVersion) >= OLDEST_JAVA;
    } catch (NumberFormatException e) {
      return true;
    }
  }

  /**
   * Whether this JVM is javac, jps, keytool … that got the agent through JAVA_TOOL_OPTIONS. The
   * launcher of single-file programs lives in jdk.compiler too, but runs the user's program.
   */
  private static boolean isJdkTool() {
    String module = System.getProperty("jdk.module.main");
    if (module == null || !(module.startsWith("java.") || module.startsWith("jdk."))) {
      return false;
    }
    String mainClass = System.getProperty("jdk.module.main.class");
    return mainClass == null || !mainClass.startsWith("com.sun.tools.javac.launcher.");
  }

  @Override
  public byte[] transform(
      ClassLoader loader,
      String name,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] classFile) {
    if (name == null || !name.endsWith("/DB") || isNested(loader)) {
      return null;
    }
    try {
      ClassFileTransformer c = mentionsSqlite(classFile) ? core() : null;
      return c == null ? null : c.transform(loader, name, redefined, domain, classFile);
    } catch (Throwable t) {
      complain("could not start (" + causeOf(t) + "); databases are not guarded");
      return null;
    }
  }

  /** Drivers that were loaded before us: by another agent, or because we joined late. */
  private void retransformLoadedDrivers() throws Exception {
    if (!instrumentation.isRetransformClassesSupported()) {
      return;
    }
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      if (loaded.getName().endsWith(".DB") && instrumentation.isModifiableClass(loaded)) {
        instrumentation.retransformClasses(loaded);
      }
    }
  }

  /** Null once it has failed: the reason was said the first time. */
  private synchronized ClassFileTransformer core() throws Exception {
    if (core == null && !coreTried) {
      coreTried = true;
      URL location = SqlGuardAgent.class.getProtectionDomain().getCodeSource().getLocation();
      JarFile jar = new JarFile(new File(location.toURI()));
      ClassLoader parent = platformLoader();
      ClassLoader isolated = new IsolatedLoader(jar, location, CORE_FOLDER, parent);
      core =
          (ClassFileTransformer)
              Class.forName(CORE_CLASS, true, isolated)
                  .getConstructor(String.class, Instrumentation.class, JarFile.class, URL.class)
                  .newInstance(options, instrumentation, jar, location);
    }
    return core;
  }

  /** By its place: the method that returns it is younger than this class's bytecode. */
  static ClassLoader platformLoader() {
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    while (loader.getParent() != null) {
      loader = loader.getParent();
    }
    return loader;
  }

  /** The SQLite that the guard, or the command in this jar, carries opens no application's file. */
  private static boolean isNested(ClassLoader loader) {
    return loader != null && loader.getClass().getName().equals(ISOLATED_LOADER);
  }

  /** A class named DB that isn't a driver is common; one that never says "sqlite" is none. */
  private static boolean mentionsSqlite(byte[] classFile) {
    for (int i = 0; i + 6 <= classFile.length; i++) {
      if ((classFile[i] | 0x20) == 's'
          && (classFile[i + 1] | 0x20) == 'q'
          && (classFile[i + 2] | 0x20) == 'l'
          && (classFile[i + 3] | 0x20) == 'i'
          && (classFile[i + 4] | 0x20) == 't'
          && (classFile[i + 5] | 0x20) == 'e') {
        return true;
      }
    }
    return false;
  }

  /** The core is made by reflection, which wraps what went wrong. */
  private static Throwable causeOf(Throwable t) {
    Throwable cause = t;
    while (cause.getCause() != null
        && (cause instanceof InvocationTargetException
            || cause instanceof ExceptionInInitializerError)) {
      cause = cause.getCause();
    }
    return cause;
  }

  /**
   * One line on the process's standard error, whatever the application made of System.err; that one
   * where a security manager keeps us away from the descriptor.
   */
  static void complain(String what) {
    try {
      try {
        byte[] line = ("sqlguard: " + what + System.lineSeparator()).getBytes("UTF-8");
        new FileOutputStream(FileDescriptor.err).write(line);
      } catch (SecurityException e) {
        System.err.println("sqlguard: " + what);
      }
    } catch (Throwable t) {
      // There is nobody left to tell.
    }
  }
}
