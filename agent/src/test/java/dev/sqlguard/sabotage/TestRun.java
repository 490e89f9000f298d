package dev.sqlguard.sabotage;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs tests until one fails, prints which, and ends with {@link #NOTICED}; with 0 where all pass,
 * with another number where none ran.
 */
final class TestRun implements TestExecutionListener {
  /** A test failed. */
  static final int NOTICED = 7;

  private static final int NONE_RAN = 8;

  private int passed;

  private TestRun() {}

  /**
   * @param tests full names of classes, or of a class and a method without parameters, with {@code
   *     #} between them
   */
  public static void main(String[] tests) {
    LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
    for (String test : tests) {
      request.selectors(test.contains("#") ? selectMethod(test) : selectClass(test));
    }
    TestRun run = new TestRun();
    Launcher launcher = LauncherFactory.create();
    LauncherDiscoveryRequest all = request.build();
    launcher.execute(all, run);
    end(run.passed > 0 ? 0 : NONE_RAN);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == Status.SUCCESSFUL) {
      passed += test.isTest() ? 1 : 0;
    } else if (result.getStatus() == Status.FAILED) {
      System.out.println(test.getLegacyReportingName() + " of " + test.getUniqueId());
      result.getThrowable().ifPresent(System.out::println);
      end(NOTICED);
    }
  }

  /** A sabotaged guard may leave threads behind, and shutdown hooks that don't end. */
  private static void end(int code) {
    System.out.flush();
    Runtime.getRuntime().halt(code);
  }
}
