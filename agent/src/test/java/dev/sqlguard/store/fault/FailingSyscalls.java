package dev.sqlguard.store.fault;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;

/** A disk on which the k-th call fails, and on request whatever fails with it from then on. */
public final class FailingSyscalls extends WatchedSyscalls {
  private final Predicate<Call> trouble;
  private final Failure failure;
  private final boolean lasting;
  private int statement;
  private Call armed;

  /** SQLite's work had fewer statements. */
  private boolean missed;

  private Call first;
  private int failed;

  /**
   * @param good how many calls succeed before the one that fails
   * @param statement where that is SQLite's work, how many of its statements succeed and its
   *     opening with them; 0 where not even that does
   */
  public FailingSyscalls(int good, Failure failure, boolean lasting, int statement) {
    this(new Count(good), failure, lasting);
    this.statement = statement;
  }

  /**
   * @param trouble the first call that fails
   */
  public FailingSyscalls(Predicate<Call> trouble, Failure failure, boolean lasting) {
    this.trouble = trouble;
    this.failure = failure;
    this.lasting = lasting;
  }

  /** The first call that failed; empty where there were too few. */
  public Optional<Call> failedAt() {
    return Optional.ofNullable(first);
  }

  /** How many calls have failed: where it is one, what lasts makes no difference. */
  public int failed() {
    return failed;
  }

  @Override
  protected boolean syncs() {
    return false;
  }

  @Override
  protected void before(Call call) throws IOException {
    boolean now = !missed && first == null && armed == null && trouble.test(call);
    if (now && call.kind() == Call.Kind.SQLITE && statement > 0) {
      armed = call;
      return;
    }
    if (now) {
      first = call;
    }
    if (now || lasting && first != null && failure.hits(call)) {
      failed++;
      throw failure.of(call);
    }
  }

  @Override
  protected void within(Call call) throws IOException {
    boolean now = armed != null && first == null && --statement == 0;
    if (now) {
      first = armed;
    }
    if (now || lasting && first != null && failure.hits(call)) {
      failed++;
      throw failure.of(call);
    }
  }

  @Override
  protected void after(Call call) {
    if (call.kind() == Call.Kind.SQLITE) {
      missed |= armed != null && first == null;
      armed = null;
    }
  }
}
