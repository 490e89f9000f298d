package dev.sqlguard.it;

import java.io.FileDescriptor;
import java.lang.reflect.Field;
import java.sql.DriverManager;
import java.util.List;

/**
 * Opens databases, and prints how many streams the JDK then keeps of standard error. Needs {@code
 * --add-opens java.base/java.io=ALL-UNNAMED}.
 */
public final class StreamCount {
  private StreamCount() {}

  public static void main(String[] databases) throws Exception {
    for (String database : databases) {
      DriverManager.getConnection("jdbc:sqlite:" + database).close();
    }
    Field streams = FileDescriptor.class.getDeclaredField("otherParents");
    streams.setAccessible(true);
    List<?> kept = (List<?>) streams.get(FileDescriptor.err);
    System.out.println(kept == null ? 0 : kept.size());
  }
}
