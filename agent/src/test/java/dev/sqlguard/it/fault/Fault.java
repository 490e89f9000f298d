package dev.sqlguard.it.fault;

import dev.sqlguard.store.fault.Failure;

/**
 * What happens to a call of a guarded start. The words are those of the fault layer's steering.
 *
 * @param call its number, or that among those of its kind; 0 for none
 */
record Fault(int call, String... words) {
  static final Fault NONE = new Fault(0);

  /**
   * @param call the number among those of that kind
   */
  static Fault killedBefore(String kind, int call) {
    return new Fault(call, "kind=" + kind, "kill=before");
  }

  /** When half of a write is done. */
  static Fault killedInWrite(int call) {
    return new Fault(call, "kind=WRITE", "kill=within");
  }

  /** When a piece of SQLite's work is over. */
  static Fault killedAfterSqlite(int call) {
    return new Fault(call, "kind=SQLITE", "kill=after");
  }

  static Fault killedInSqlite(int call, long nanos) {
    return new Fault(call, "kind=SQLITE", "kill=" + nanos);
  }

  static Fault failing(int call, Failure failure, boolean lasting) {
    return new Fault(call, "failure=" + failure, "lasting=" + lasting);
  }

  String[] jvmArguments() {
    String[] arguments = new String[words.length + 1];
    arguments[0] = "-Dfault.call=" + call;
    for (int i = 0; i < words.length; i++) {
      arguments[i + 1] = "-Dfault." + words[i];
    }
    return arguments;
  }

  @Override
  public String toString() {
    return "with call " + call + " " + String.join(" ", words);
  }
}
