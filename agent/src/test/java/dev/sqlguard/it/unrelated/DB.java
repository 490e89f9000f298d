package dev.sqlguard.it.unrelated;

/** Named like a driver's class, as many classes are. */
public final class DB {
  private DB() {}

  public static void main(String[] arguments) {
    System.out.println("hello");
  }
}
