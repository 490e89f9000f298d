package dev.sqlguard.entry;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.util.jar.JarFile;

/**
 * The jar as a command: {@code java -jar sqlguard.jar …}. Java 8 bytecode, like the agent's entry,
 * so that an older JVM can say what it needs. A JVM that carries the agent never loads this class.
 */
public final class SqlGuardCommand {
  private static final String CORE_FOLDER = "sqlguard/core/";
  private static final String COMMAND_FOLDER = "sqlguard/cli/";
  private static final String COMMAND_CLASS = "dev.sqlguard.agent.Command";

  /** EX_USAGE of sysexits.h. */
  private static final int WRONG_USE = 64;

  /** EX_UNAVAILABLE of sysexits.h. */
  private static final int UNAVAILABLE = 69;

  /** EX_SOFTWARE of sysexits.h. */
  private static final int BROKEN = 70;

  private SqlGuardCommand() {}

  /** Ends the JVM with the exit code that {@code --help} explains. */
  public static void main(String[] arguments) {
    int code = UNAVAILABLE;
    try {
      code = run(arguments);
    } catch (NoClassDefFoundError e) {
      // The entry of the agent, which is used here, is not to be had without that module.
      System.err.println("sqlguard: needs the modules java.instrument and java.sql; missing: " + e);
    }
    System.exit(code);
  }

  private static int run(String[] arguments) {
    if (!SqlGuardAgent.isSupported(System.getProperty("java.specification.version"))) {
      SqlGuardAgent.complain(
          "needs Java 17 or newer; this JVM is " + System.getProperty("java.version"));
      return WRONG_USE;
    }
    try {
      URL location = SqlGuardCommand.class.getProtectionDomain().getCodeSource().getLocation();
      JarFile jar = new JarFile(new File(location.toURI()));
      ClassLoader core =
          new IsolatedLoader(jar, location, CORE_FOLDER, SqlGuardAgent.platformLoader());
      ClassLoader command = new IsolatedLoader(jar, location, COMMAND_FOLDER, core);
      Object code =
          Class.forName(COMMAND_CLASS, true, command)
              .getMethod("run", String[].class, JarFile.class, URL.class)
              .invoke(null, arguments, jar, location);
      return ((Integer) code).intValue();
    } catch (InvocationTargetException e) {
      SqlGuardAgent.complain("failed: " + e.getCause());
      return BROKEN;
    } catch (Exception e) {
      SqlGuardAgent.complain("could not start: " + e);
      return BROKEN;
    }
  }
}
