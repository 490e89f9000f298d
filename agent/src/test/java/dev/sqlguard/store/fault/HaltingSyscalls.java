package dev.sqlguard.store.fault;

import java.io.IOException;

/**
 * The system calls of a whole process, steered from outside: see {@link Steering}. Together with
 * {@link SqliteWork} it is put into a copy of the guard's jar.
 */
public final class HaltingSyscalls extends WatchedSyscalls {
  @Override
  protected void before(Call call) throws IOException {
    Failure failure = Steering.PROCESS.begin(call);
    if (failure != null) {
      throw failure.of(call);
    }
  }
}
