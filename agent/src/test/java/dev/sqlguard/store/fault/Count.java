package dev.sqlguard.store.fault;

import java.util.function.Predicate;

/** Whether as many calls have been before. */
final class Count implements Predicate<Call> {
  private int left;

  Count(int calls) {
    left = calls;
  }

  @Override
  public boolean test(Call call) {
    return left-- <= 0;
  }
}
