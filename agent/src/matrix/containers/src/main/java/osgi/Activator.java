package osgi;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import webapp.Database;

/** A bundle that opens its database when it is started. */
public final class Activator implements BundleActivator {
  @Override
  public void start(BundleContext context) throws Exception {
    Database.use(context.getProperty("database"));
  }

  @Override
  public void stop(BundleContext context) {}
}
