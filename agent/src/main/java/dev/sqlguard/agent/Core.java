package dev.sqlguard.agent;

import dev.sqlguard.driver.NestedSqlite;
import dev.sqlguard.guard.ExitWork;
import dev.sqlguard.guard.Gate;
import dev.sqlguard.guard.Guard;
import dev.sqlguard.guard.Log;
import dev.sqlguard.guard.Settings;
import dev.sqlguard.store.Disk;
import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.net.URL;
import java.security.ProtectionDomain;
import java.util.jar.JarFile;

/**
 * The guard inside its isolated class loader, made by the entry when the first SQLite driver is
 * loaded. From then on the entry hands every class that may be a driver to {@link #transform}.
 */
public final class Core implements ClassFileTransformer {
  private final Log log;
  private final Settings settings;

  /**
   * Reads the options and plugs the guard into the bridge.
   *
   * @param options the text after {@code =} of {@code -javaagent}, or null
   */
  public Core(String options, Instrumentation instrumentation, JarFile jar, URL jarUrl)
      throws IOException {
    Options parsed = Options.read(options, System.getProperties(), System.getenv());
    this.log = parsed.log();
    this.settings = parsed.settings();
    for (String complaint : parsed.complaints()) {
      log.warn(complaint);
    }
    if (!settings.enabled()) {
      return;
    }
    JdkInternals jdk = new JdkInternals(instrumentation);
    NestedSqlite nested = new NestedSqlite(jar, jarUrl, jdk::allowNativeCode);
    Guard guard = new Guard(settings, log, new Disk(), nested);
    Gate gate = new Gate(guard, settings);
    ExitWork exit = new ExitWork(gate, log, settings.exitTimeout());
    Dispatcher dispatcher = new Dispatcher(gate, log, () -> jdk.runAtExit(exit));
    jdk.connectBridge(jar, dispatcher);
  }

  @Override
  public byte[] transform(
      ClassLoader loader, String name, Class<?> c, ProtectionDomain domain, byte[] classFile) {
    return settings.enabled() ? Weaver.weave(classFile) : null;
  }
}
