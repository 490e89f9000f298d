package dev.sqlguard.driver;

import java.lang.ref.WeakReference;

/**
 * A SQLite compiled to WebAssembly, sqlite4j: it reads a file into a file system in memory and
 * never writes to it. There is nothing of the application's to check, back up or repair on the
 * disk.
 */
final class MemoryDriver implements LoadedDriver {
  private static final String DATABASE = ".sqlite4j.core.DB";

  private final WeakReference<Class<?>> anchor;

  MemoryDriver(Class<?> opener) {
    this.anchor = new WeakReference<>(opener);
  }

  static boolean isShapeOf(Class<?> opener) {
    return opener.getName().endsWith(DATABASE);
  }

  @Override
  public boolean isOf(Class<?> opener) {
    return anchor.get() == opener;
  }

  @Override
  public boolean isUnloaded() {
    return anchor.get() == null;
  }

  @Override
  public boolean opensFiles() {
    return false;
  }

  @Override
  public Handling handling(Object opener) {
    return new Handling.Aside("its driver works on a copy in memory");
  }
}
