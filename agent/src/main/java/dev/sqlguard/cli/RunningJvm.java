package dev.sqlguard.cli;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;

/**
 * {@code com.sun.tools.attach.VirtualMachine}, by reflection: its module, jdk.attach, is missing in
 * many runtimes, and belongs to the system's class loader, which this program keeps away from.
 */
final class RunningJvm implements Closeable {
  private static final String MODULE = "jdk.attach";
  private static final String VIRTUAL_MACHINE = "com.sun.tools.attach.VirtualMachine";

  private final long pid;
  private final Object machine;

  private RunningJvm(long pid, Object machine) {
    this.pid = pid;
    this.machine = machine;
  }

  /**
   * @throws Refusal where it can't be joined
   */
  static RunningJvm attach(long pid) throws IOException {
    Optional<Module> module = ModuleLayer.boot().findModule(MODULE);
    if (module.isEmpty()) {
      throw new Refusal(
          ExitCode.NOT_JOINABLE,
          pid,
          "this Java runtime, "
              + System.getProperty("java.home")
              + ", has no module jdk.attach; run the command with a JDK");
    }
    try {
      Class<?> type = Class.forName(VIRTUAL_MACHINE, true, module.get().getClassLoader());
      Object machine = type.getMethod("attach", String.class).invoke(null, Long.toString(pid));
      return new RunningJvm(pid, machine);
    } catch (InvocationTargetException e) {
      throw new Refusal(ExitCode.NOT_JOINABLE, pid, "can't be joined: " + messageOf(e.getCause()));
    } catch (ReflectiveOperationException e) {
      throw new IOException(e);
    }
  }

  /**
   * @throws Refusal where it is older
   */
  void requireJava(int oldest) throws IOException {
    Properties properties;
    try {
      properties = (Properties) call("getSystemProperties");
    } catch (InvocationTargetException e) {
      throw new IOException("process " + pid + ": " + messageOf(e.getCause()), e.getCause());
    }
    String version = properties.getProperty("java.specification.version", "");
    if (version.startsWith("1.") || version.matches("\\d+") && Integer.parseInt(version) < oldest) {
      String what = "runs Java " + version + "; the guard needs Java " + oldest + " or newer";
      throw new Refusal(ExitCode.NOT_JOINABLE, pid, what);
    }
  }

  /**
   * Returns when its {@code agentmain} has.
   *
   * @throws Refusal where the JVM doesn't take it
   */
  void loadAgent(Path jar, String argument) throws IOException {
    try {
      call("loadAgent", jar.toString(), argument);
    } catch (InvocationTargetException e) {
      String message = messageOf(e.getCause());
      if (message.contains("Dynamic agent loading is not enabled")) {
        message = "it was started with -XX:-EnableDynamicAgentLoading";
      } else if (message.contains("instrument")) {
        message = "its runtime has no module java.instrument (" + message + ")";
      }
      throw new Refusal(ExitCode.NOT_JOINABLE, pid, "not guarded: " + message);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      call("detach");
    } catch (InvocationTargetException e) {
      // It has ended, or doesn't care.
    }
  }

  private Object call(String method, Object... arguments)
      throws IOException, InvocationTargetException {
    Class<?>[] types = new Class<?>[arguments.length];
    Arrays.fill(types, String.class);
    try {
      Class<?> type = Class.forName(VIRTUAL_MACHINE, false, machine.getClass().getClassLoader());
      return type.getMethod(method, types).invoke(machine, arguments);
    } catch (InvocationTargetException e) {
      throw e;
    } catch (ReflectiveOperationException e) {
      throw new IOException(e);
    }
  }

  private static String messageOf(Throwable t) {
    return t.getMessage() == null ? t.toString() : t.getMessage();
  }
}
