package dev.sqlguard.it.slow;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;

/** A driver that answers late, as one on a file system that hangs, and then with an error. */
public final class JDBC implements Driver {
  /** In milliseconds. */
  public static final String DELAY = "test.driver.delay";

  public static final String ANSWER = "an answer at last";

  @Override
  public Connection connect(String url, Properties properties) throws SQLException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Long.getLong(DELAY));
    for (long left; (left = end - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
    throw new SQLException(ANSWER);
  }

  @Override
  public boolean acceptsURL(String url) {
    return true;
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
    return new DriverPropertyInfo[0];
  }

  @Override
  public int getMajorVersion() {
    return 3;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() {
    return null;
  }
}
