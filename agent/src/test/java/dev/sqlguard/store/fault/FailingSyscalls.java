package dev.sqlguard.store.fault;

import java.io.IOException;
import java.util.Optional;

/** A disk on which the k-th call fails, and on request whatever fails with it from then on. */
public final class FailingSyscalls extends WatchedSyscalls {
  private final int good;
  private final Failure failure;
  private final boolean lasting;
  private int calls;
  private Call first;

  /**
   * @param good how many calls succeed before the one that fails
   */
  public FailingSyscalls(int good, Failure failure, boolean lasting) {
    this.good = good;
    this.failure = failure;
    this.lasting = lasting;
  }

  /** The first call that failed; empty where there were too few. */
  public Optional<Call> failedAt() {
    return Optional.ofNullable(first);
  }

  @Override
  protected boolean syncs() {
    return false;
  }

  @Override
  protected void before(Call call) throws IOException {
    boolean now = calls == good;
    calls++;
    if (now) {
      first = call;
    }
    if (now || lasting && first != null && failure.hits(call)) {
      throw failure.of(call);
    }
  }
}
