package dev.sqlguard.agent;

import dev.sqlguard.store.GuardThread;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.jar.JarFile;
import jdk.internal.access.JavaLangAccess;
import jdk.internal.access.SharedSecrets;

/**
 * What only {@code jdk.internal.access} offers: a class in {@code java.lang}, a place after the
 * application's shutdown hooks, and native code without a warning. The package is exported to the
 * guard's loader by {@link Instrumentation#redefineModule}, to nobody else.
 */
final class JdkInternals {
  private static final String BRIDGE = "java.lang.SqlGuardBridge";
  private static final String BRIDGE_ENTRY = "sqlguard/boot/java/lang/SqlGuardBridge.classdata";

  /** 0 to 2 are the JDK's own; the application's hooks run in slot 1. */
  private static final int FIRST_FREE_SLOT = 3;

  private static final int LAST_SLOT = 9;

  /** An application's own hook may be what opens the first database. */
  private static final boolean ALSO_DURING_SHUTDOWN = true;

  JdkInternals(Instrumentation instrumentation) {
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of("jdk.internal.access", Set.of(JdkInternals.class.getModule())),
        Map.of(),
        Set.of(),
        Map.of());
  }

  /** Defines the bridge, if this JVM hasn't got it yet, and plugs {@code core} into it. */
  void connectBridge(JarFile jar, BiFunction<Object, Object, Object> core) throws IOException {
    Class<?> bridge;
    try (InputStream in = jar.getInputStream(jar.getJarEntry(BRIDGE_ENTRY))) {
      bridge = Inner.define(BRIDGE, in.readAllBytes());
    }
    try {
      bridge.getField("core").set(null, core);
    } catch (ReflectiveOperationException e) {
      throw new IOException("the bridge can't be reached", e);
    }
  }

  /** After all shutdown hooks of the application; beside them where no slot is free. */
  void runAtExit(Runnable work) {
    for (int slot = FIRST_FREE_SLOT; slot <= LAST_SLOT; slot++) {
      if (Inner.register(slot, work)) {
        return;
      }
    }
    try {
      Runtime.getRuntime().addShutdownHook(new GuardThread("sqlguard-exit", work));
    } catch (IllegalStateException e) {
      // The JVM is ending already: there is no exit left to wait for.
    }
  }

  /** A library loaded by {@code module} is ours, and its warning would only puzzle the owner. */
  void allowNativeCode(Module module) {
    Inner.allowNativeCode(module);
  }

  /** Linked only after the package is exported. */
  private static final class Inner {
    private static final JavaLangAccess ACCESS = SharedSecrets.getJavaLangAccess();

    static Class<?> define(String name, byte[] classFile) {
      try {
        return ACCESS.defineClass(null, name, classFile, null, null);
      } catch (LinkageError e) {
        try {
          return Class.forName(name, false, null);
        } catch (ClassNotFoundException notThere) {
          throw e;
        }
      }
    }

    static boolean register(int slot, Runnable work) {
      try {
        ACCESS.registerShutdownHook(slot, ALSO_DURING_SHUTDOWN, work);
        return true;
      } catch (InternalError | IllegalStateException | LinkageError e) {
        return false;
      }
    }

    static void allowNativeCode(Module module) {
      try {
        ACCESS.addEnableNativeAccess(module);
      } catch (LinkageError e) {
        // The JDK says its sentence; nothing depends on it.
      }
    }
  }
}
