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
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.jar.JarFile;

/**
 * The guard inside its isolated class loader, made by the entry when the first SQLite driver is
 * loaded. From then on the entry hands every class that may be a driver to {@link #transform}.
 */
public final class Core implements ClassFileTransformer {
  private final Log log;
  private final Settings settings;

  /** Null unless the agent was asked to join a running JVM. */
  private final LateJoin join;

  /** Null where the guard is off. */
  private Dispatcher dispatcher;

  /**
   * Reads the options and plugs the guard into the bridge.
   *
   * @param options the text after {@code =} of {@code -javaagent}, or null
   * @param requestFile where the attach command says which options and databases there are, and
   *     waits for answers; or null
   */
  public Core(
      String options, String requestFile, Instrumentation instrumentation, JarFile jar, URL jarUrl)
      throws IOException {
    this.join = requestFile == null ? null : LateJoin.askedIn(Path.of(requestFile));
    Options parsed =
        Options.read(
            join == null ? options : join.options(), System.getProperties(), System.getenv());
    this.log = parsed.log();
    this.settings = parsed.settings();
    if (join != null) {
      join.answerWith(log);
    }
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
    this.dispatcher = new Dispatcher(gate, log, nested, () -> jdk.runAtExit(exit));
    jdk.connectBridge(jar, dispatcher);
  }

  @Override
  public byte[] transform(
      ClassLoader loader, String name, Class<?> c, ProtectionDomain domain, byte[] classFile) {
    if (!settings.enabled()) {
      return null;
    }
    byte[] woven = Weaver.weave(classFile);
    if (woven != null && c != null) {
      dispatcher.loadedBefore(c);
    }
    return woven;
  }

  /** Called by the entry when the agent has joined a running JVM and woven its drivers. */
  public void join() throws IOException {
    if (join == null) {
      LateJoin.unasked(dispatcher, log);
    } else {
      join.start(dispatcher, log);
    }
  }
}
