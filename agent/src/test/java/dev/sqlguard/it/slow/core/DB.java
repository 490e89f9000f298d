package dev.sqlguard.it.slow.core;

/** Shaped like the class of sqlite-jdbc through which every connection goes. */
public final class DB {
  public void open(String file, int flags) {
    _open(file, flags);
  }

  void _open(String file, int flags) {
    System.out.println("sqlite opens " + file);
  }
}
