package dev.weft.fabric.text;

import java.io.PrintStream;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The last line of the terminal, which is written again and again. What else is printed goes
 * through {@link #print}, so that it does not land in the middle of that line.
 *
 * <p>There is one per process, because there is one terminal. It is drawn with carriage returns and
 * spaces alone, which every terminal understands. Thread-safe.
 */
public final class StatusLine {

  private static final StatusLine SHARED =
      new StatusLine(() -> System.err, Terminal.isPresent(), Terminal::columns);

  private final Supplier<PrintStream> out;
  private final boolean terminal;
  private final Supplier<IntSupplier> terminalColumns;

  /** Asked for when the first line is drawn. */
  private IntSupplier columns = () -> 0;

  private boolean started;

  /** How many columns the line takes that stands there now; 0 when there is none. */
  private int open;

  /**
   * A line of its own, for tests.
   *
   * @param terminal whether {@code out} is one; else lines are only ever added
   * @param columns how wide it is, in a supplier that is called when the first line is drawn
   */
  public StatusLine(Supplier<PrintStream> out, boolean terminal, Supplier<IntSupplier> columns) {
    this.out = out;
    this.terminal = terminal;
    this.terminalColumns = columns;
  }

  /** That of standard error. */
  public static StatusLine shared() {
    return SHARED;
  }

  /** Whether a line can be drawn again. */
  public boolean isTerminal() {
    return terminal;
  }

  /** How many columns a line may take; the last one is left free, because some terminals wrap. */
  public synchronized int columns() {
    start();
    return columns.getAsInt() - 1;
  }

  private void start() {
    if (!started) {
      started = true;
      columns = terminalColumns.get();
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::end));
    }
  }

  /** Puts {@code text} in the place of the line that stands there. */
  public synchronized void draw(String text) {
    start();
    int width = TextWidth.of(text);
    out.get().print("\r" + text + " ".repeat(Math.max(0, open - width)));
    out.get().flush();
    open = width;
  }

  /** Puts {@code text} in the place of the line, for good. */
  public synchronized void finish(String text) {
    if (terminal) {
      draw(text);
    } else {
      out.get().print(text);
    }
    out.get().println();
    open = 0;
  }

  /** Prints a line of text above the one that is drawn again and again. */
  public synchronized void print(PrintStream target, String text) {
    if (open > 0) {
      out.get().print("\r" + " ".repeat(open) + "\r");
      out.get().flush();
      open = 0;
    }
    target.println(text);
  }

  /** Leaves the line as it is. */
  public synchronized void end() {
    if (open > 0) {
      out.get().println();
      open = 0;
    }
  }
}
