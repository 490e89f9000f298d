package dev.sqlguard.it;

/** An agent that makes a JVM look older: the JVM itself overwrites the property at its start. */
public final class PretendedVersion {
  private PretendedVersion() {}

  public static void premain(String version) {
    System.setProperty("java.specification.version", version);
    System.setProperty("java.version", version);
  }
}
