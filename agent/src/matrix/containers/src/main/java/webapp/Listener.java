package webapp;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;

/** A web application that opens its database when it is started. */
public final class Listener implements ServletContextListener {
  @Override
  public void contextInitialized(ServletContextEvent event) {
    try {
      Database.use(event.getServletContext().getInitParameter("database"));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
