package osgi;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;

/** Arguments: the framework's storage, a database, and the bundles. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Framework framework =
        new FrameworkFactory()
            .newFramework(
                Map.of("org.osgi.framework.storage", arguments[0], "database", arguments[1]));
    framework.start();
    List<Bundle> bundles = new ArrayList<>();
    for (int i = 2; i < arguments.length; i++) {
      String location = Path.of(arguments[i]).toUri().toString();
      bundles.add(framework.getBundleContext().installBundle(location));
    }
    for (Bundle bundle : bundles) {
      bundle.start();
    }
    System.exit(0);
  }
}
