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

  /** Before the name of a request's file, in the place of options. */
  private static final String REQUEST = "@";

  private static boolean started;

  private final String options;
  private final Instrumentation instrumentation;

  /** The file in which the command that attached us says what it wants; null without one. */
  private final String request;

  private ClassFileTransformer core;
  private boolean coreTried;

  private SqlGuardAgent(String options, Instrumentation instrumentation, String request) {
    this.options = options;
    this.instrumentation = instrumentation;
    this.request = request;
  }

  /** Called by the JVM for {@code -javaagent} and for {@code Launcher-Agent-Class}. */
  public static void premain(String options, Instrumentation instrumentation) {
    if (isToStart()) {
      new SqlGuardAgent(options, instrumentation, null).start();
    }
  }

  /**
   * Called by the JVM when the agent joins a running process.
   *
   * @param options what {@code -javaagent} takes; or the file of a request, which is answered there
   */
  public static void agentmain(String options, Instrumentation instrumentation) {
    boolean requested = options != null && options.startsWith(REQUEST);
    String request = requested ? options.substring(REQUEST.length()) : null;
    if (isToStart()) {
      new SqlGuardAgent(requested ? null : options, instrumentation, request).join();
    } else {
      decline(request);
    }
  }

  private static void decline(String request) {
    try {
      if (isJdkTool()) {
        answer(request, "failed", "it is a tool of the JDK, and left alone");
      } else {
        answer(request, "already", "it carries sqlguard already");
      }
    } catch (Throwable t) {
      answer(request, "failed", failure(t));
    }
  }

  /** Once in a JVM, and where there is something to guard. */
  private static boolean isToStart() {
    try {
      synchronized (SqlGuardAgent.class) {
        if (started) {
          return false;
        }
        started = true;
      }
      if (!isSupported(System.getProperty("java.specification.version"))) {
        complain(
            "needs Java 17 or newer; this JVM is "
                + System.getProperty("java.version")
                + "; the guard is off");
        return false;
      }
      return !isJdkTool();
    } catch (Throwable t) {
      complain(failure(t));
      return false;
    }
  }

  private boolean start() {
    try {
      instrumentation.addTransformer(this, instrumentation.isRetransformClassesSupported());
      retransformLoadedDrivers();
      return true;
    } catch (Throwable t) {
      complain(failure(t));
      return false;
    }
  }

  /** What the application has open already is the core's business. */
  private void join() {
    boolean woven = start();
    try {
      ClassFileTransformer joined = request != null ? core() : loadedCore();
      if (woven && joined != null) {
        joined.getClass().getMethod("join").invoke(joined);
      } else {
        answer(request, "failed", "its standard error says why");
      }
    } catch (Throwable t) {
      complain(failure(t));
      answer(request, "failed", failure(t));
    }
  }

  private static String failure(Throwable t) {
    return "could not start (" + causeOf(t) + "); databases are not guarded";
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
    if (name == null || !isDriverName(name) || isNested(loader)) {
      return null;
    }
    try {
      ClassFileTransformer c = mentionsSqlite(classFile) ? core() : null;
      return c == null ? null : c.transform(loader, name, redefined, domain, classFile);
    } catch (Throwable t) {
      complain(failure(t));
      return null;
    }
  }

  /** By the last part of its name, which relocation keeps; by all of it where that can't be. */
  private static boolean isDriverName(String name) {
    return name.endsWith("/DB")
        || name.equals("com/almworks/sqlite4java/SQLiteConnection")
        || name.equals("androidx/sqlite/driver/bundled/BundledSQLiteDriver");
  }

  /** Of hundreds of names at every start hardly one is worth being written with slashes. */
  private static boolean mayBeDriverName(String className) {
    return className.endsWith("DB")
        || className.endsWith("SQLiteConnection")
        || className.endsWith("BundledSQLiteDriver");
  }

  /** Drivers that were loaded before us: by another agent, or because we joined late. */
  private void retransformLoadedDrivers() throws Exception {
    if (!instrumentation.isRetransformClassesSupported()) {
      return;
    }
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      String name = loaded.getName();
      if (mayBeDriverName(name)
          && isDriverName(name.replace('.', '/'))
          && instrumentation.isModifiableClass(loaded)) {
        retransform(loaded);
      }
    }
  }

  /** One that can't be, by whatever else is woven into it, takes nothing away from the others. */
  private void retransform(Class<?> loaded) {
    try {
      instrumentation.retransformClasses(loaded);
    } catch (Throwable t) {
      complain(
          "the loaded class "
              + loaded.getName()
              + " can't be looked at ("
              + t
              + "); if it is a driver's, its databases are not guarded");
    }
  }

  private synchronized ClassFileTransformer loadedCore() {
    return core;
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
                  .getConstructor(
                      String.class, String.class, Instrumentation.class, JarFile.class, URL.class)
                  .newInstance(options, request, instrumentation, jar, location);
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

  /** The end of the answer to a request, for the command that waits for it. */
  private static void answer(String request, String outcome, String text) {
    if (request == null) {
      return;
    }
    try {
      FileOutputStream out = new FileOutputStream(request, true);
      try {
        out.write(("end " + outcome + " " + text.replace('\n', ' ') + "\n").getBytes("UTF-8"));
      } finally {
        out.close();
      }
    } catch (Throwable t) {
      // Nobody waits any more.
    }
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
