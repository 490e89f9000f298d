package tomcat;

import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/** Arguments: a directory for the server, then pairs of a web application and its database. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(arguments[0]);
    for (int i = 1; i < arguments.length; i += 2) {
      Context context = tomcat.addContext("/app" + i, arguments[i]);
      context.addParameter("database", arguments[i + 1]);
      context.addApplicationListener("webapp.Listener");
    }
    tomcat.start();
    System.exit(0);
  }
}
