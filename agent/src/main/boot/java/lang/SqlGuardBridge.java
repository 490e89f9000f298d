package java.lang;

import java.util.function.BiFunction;

/**
 * The one class that woven driver code calls. It is defined in {@code java.lang} because that is
 * the only package which every class loader in the field (web applications, OSGi, JBoss Modules)
 * resolves from the boot loader. It knows nothing: the guard's core, which no loader of the
 * application can see, plugs itself in.
 *
 * <p>No method here throws, whatever the core does.
 */
public final class SqlGuardBridge {

  /**
   * The core. Called with the driver's object that opens the file and either {@code Object[]{file, flags}}
   * before the open or a {@link Boolean} after it (whether the open succeeded).
   */
  public static volatile BiFunction<Object, Object, Object> core;

  private SqlGuardBridge() {}

  /**
   * Called at the first instruction of a driver's {@code open}.
   *
   * @param flags SQLite's open flags, or -1 where the driver's method has none
   * @return null to proceed; else the message of the {@code SQLException} that refuses the open
   */
  public static String opening(Object db, String file, int flags) {
    try {
      BiFunction<Object, Object, Object> c = core;
      return c == null ? null : (String) c.apply(db, new Object[] {file, flags});
    } catch (Throwable t) {
      return null;
    }
  }

  /** Called when a driver's {@code open} ends, normally or by an exception. */
  public static void opened(Object db, boolean succeeded) {
    try {
      BiFunction<Object, Object, Object> c = core;
      if (c != null) {
        c.apply(db, succeeded);
      }
    } catch (Throwable t) {
      // The application's open has its own result; nothing of ours may replace it.
    }
  }
}
