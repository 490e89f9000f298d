package dev.sqlguard.store.fault;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * What is to become of the calls of this process, as system properties say.
 *
 * <ul>
 *   <li>{@code fault.trace=FILE}: every call is appended there before it happens, as its number and
 *       what it is; when a piece of SQLite's work is over, its number, {@code took} and nanoseconds
 *   <li>{@code fault.call=K}: the call that is meant, the first is 1; with {@code fault.kind=KIND}
 *       the one among those of that kind, whose number doesn't depend on how often others are tried
 *   <li>{@code fault.kill=before}: SIGKILL in its place; {@code within}: when half of that write is
 *       done; {@code after}: when that piece of SQLite's work is over; or so many nanoseconds after
 *       its beginning, if it isn't over by then
 *   <li>{@code fault.failure=NAME}: it fails, in one of the ways of {@link Failure}, and with
 *       {@code fault.lasting=true} all later ones do
 * </ul>
 */
final class Steering {
  static final Steering PROCESS = new Steering();

  private final FileOutputStream trace;
  private final int chosenCall = Integer.getInteger("fault.call", 0);
  private final String chosenKind = System.getProperty("fault.kind");
  private final boolean lasting = Boolean.getBoolean("fault.lasting");
  private final String kill = System.getProperty("fault.kill");
  private final Failure failure;
  private final SelfKill weapon;
  private int calls;
  private int callsOfKind;

  /** The number of the call that is meant, once it has come. */
  private int chosen;

  /** Whether the chosen piece of SQLite's work has ended. */
  private boolean over;

  /** Whether the signal is on its way. */
  private boolean killed;

  private Steering() {
    try {
      String file = System.getProperty("fault.trace");
      trace = file == null ? null : new FileOutputStream(file, true);
      String name = System.getProperty("fault.failure");
      failure = name == null ? null : Failure.valueOf(name);
      weapon = kill == null ? null : new SelfKill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @return how the call is to fail; null for not at all
   */
  synchronized Failure begin(Call call) {
    int number = ++calls;
    append(number + " " + call);
    boolean counts = chosenKind == null || chosenKind.equals(call.kind().name());
    boolean hit = counts && ++callsOfKind == chosenCall;
    if (hit) {
      chosen = number;
    }
    if (hit && kill != null) {
      if (kill.equals("before")) {
        kill();
      } else if (kill.equals("within")) {
        return Failure.SHORT_WRITE;
      } else if (!kill.equals("after")) {
        killWithin(Long.parseLong(kill));
      }
    }
    boolean later = lasting && chosen > 0 && failure != null && failure.hits(call);
    return hit || later ? failure : null;
  }

  /** A part of a write is done. */
  synchronized void torn() {
    if ("within".equals(kill)) {
      kill();
    }
  }

  /** Of the call that began last. */
  synchronized int number() {
    return calls;
  }

  synchronized void end(int number, long nanos) {
    if (killed) {
      SelfKill.await();
    }
    append(number + " took " + nanos);
    if (number == chosen) {
      over = true;
      if ("after".equals(kill)) {
        kill();
      }
    }
  }

  private void kill() {
    weapon.trigger();
    SelfKill.await();
  }

  /** Unless the work is over by then: after it the application opens its database. */
  private void killWithin(long nanos) {
    long end = System.nanoTime() + nanos;
    Thread killer =
        new Thread(
            () -> {
              for (long left; (left = end - System.nanoTime()) > 0; ) {
                LockSupport.parkNanos(left);
              }
              synchronized (this) {
                if (!over) {
                  killed = true;
                  weapon.trigger();
                }
              }
            });
    killer.setDaemon(true);
    killer.start();
  }

  private void append(String line) {
    if (trace != null) {
      try {
        trace.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
