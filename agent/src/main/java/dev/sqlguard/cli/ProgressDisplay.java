package dev.sqlguard.cli;

import dev.sqlguard.salvage.SalvageProgress;

/** How far the work has come: a bar on a terminal, a line every few seconds elsewhere. */
final class ProgressDisplay implements SalvageProgress, AutoCloseable {
  private static final int WIDTH = 30;
  private static final long BAR_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 5_000_000_000L;
  private static final String CLEAR = " ".repeat(WIDTH + 48);

  private final Terminal terminal;
  private final Runnable check;
  private final boolean wanted;
  private String current = "";
  private long last;
  private boolean drawn;

  /**
   * @param check run at every step; may throw to stop the work
   */
  ProgressDisplay(Terminal terminal, Runnable check) {
    this(terminal, check, true);
  }

  private ProgressDisplay(Terminal terminal, Runnable check, boolean wanted) {
    this.terminal = terminal;
    this.check = check;
    this.wanted = wanted;
  }

  /** A bar on a terminal, and nothing elsewhere. */
  static ProgressDisplay barOnly(Terminal terminal) {
    return new ProgressDisplay(terminal, () -> {}, terminal.isInteractive());
  }

  @Override
  public void at(Phase phase, long done, long total) {
    check.run();
    show(phase.text(), done, total);
  }

  /**
   * @param total of the same unit as {@code done}
   */
  void at(String what, long done, long total) {
    check.run();
    show(what, done, total);
  }

  /** Work that doesn't tell how far it is. */
  void at(String what) {
    show(what, 0, 0);
  }

  private synchronized void show(String what, long done, long total) {
    long now = System.nanoTime();
    boolean begins = !what.equals(current);
    long interval = terminal.isInteractive() ? BAR_NANOS : LINE_NANOS;
    if (!wanted || !begins && now - last < interval) {
      return;
    }
    current = what;
    last = now;
    long percent = total <= 0 ? -1 : Math.max(0, Math.min(100, (long) (done * 100.0 / total)));
    if (terminal.isInteractive()) {
      terminal.draw(bar(what, percent));
      drawn = true;
    } else {
      terminal.note(percent <= 0 ? what : what + ", " + percent + " %");
    }
  }

  /** For example {@code [#######.......] reading pages, 50 %}. */
  static String bar(String what, long percent) {
    int full = (int) (Math.max(0, percent) * WIDTH / 100);
    String text =
        "["
            + "#".repeat(full)
            + ".".repeat(WIDTH - full)
            + "] "
            + what
            + (percent < 0 ? "" : ", " + percent + " %");
    return text + " ".repeat(Math.max(0, CLEAR.length() - text.length()));
  }

  /** The bar leaves nothing behind. */
  @Override
  public synchronized void close() {
    if (drawn) {
      terminal.draw(CLEAR);
      terminal.draw("");
    }
  }
}
