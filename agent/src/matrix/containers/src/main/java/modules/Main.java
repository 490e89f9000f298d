package modules;

import webapp.Database;

/** The main class of a module. Argument: a database. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Database.use(arguments[0]);
    System.exit(0);
  }
}
