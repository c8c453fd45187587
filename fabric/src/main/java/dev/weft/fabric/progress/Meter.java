package dev.weft.fabric.progress;

import dev.weft.fabric.text.StatusLine;
import dev.weft.fabric.text.TextWidth;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** One pass of a bar: when to write a line, and what. Confined to one thread. */
final class Meter {

  private static final long SECOND = 1_000_000_000;

  /** Faster than this nobody can read. */
  private static final long BETWEEN_DRAWINGS = SECOND / 10;

  /** In a log: no line before, and the time between lines doubles. */
  private static final long BEFORE_FIRST_LINE = 10 * SECOND;

  /** In a log, when the end is known: a line for every such part. */
  private static final int PERCENT_OF_A_LINE = 10;

  /** The columns of a line in a file. */
  private static final int UNBOUNDED = Integer.MAX_VALUE;

  private static final int WIDEST_BAR = 40;
  private static final int NARROWEST_BAR = 8;

  private final String description;
  private final OptionalLong total;
  private final StatusLine line;
  private final LongSupplier clock;
  private final long begin;
  private long next;
  private long percentShown;

  Meter(String description, OptionalLong total, StatusLine line, LongSupplier clock) {
    this.description = description;
    this.total = total;
    this.line = line;
    this.clock = clock;
    this.begin = clock.getAsLong();
    this.next = line.isTerminal() ? 0 : BEFORE_FIRST_LINE;
  }

  /** Says that {@code count} items are done, unless it was said a short while ago. */
  void show(long count) {
    long elapsed = clock.getAsLong() - begin;
    if (elapsed < next) {
      return;
    }
    if (line.isTerminal()) {
      line.draw(text(count, elapsed, left(count, elapsed), line.columns()));
      next = elapsed + BETWEEN_DRAWINGS;
    } else if (total.isEmpty()) {
      line.finish(text(count, elapsed, "", UNBOUNDED));
      next = 2 * elapsed;
    } else if (percent(count) >= percentShown + PERCENT_OF_A_LINE) {
      line.finish(text(count, elapsed, left(count, elapsed), UNBOUNDED));
      percentShown = percent(count);
      next = elapsed + BEFORE_FIRST_LINE;
    }
  }

  /** Says how far it went. */
  void end(long count) {
    int columns = line.isTerminal() ? line.columns() : UNBOUNDED;
    line.finish(text(count, clock.getAsLong() - begin, "", columns));
  }

  private long percent(long count) {
    long all = total.orElse(0);
    return all == 0 ? 100 : (long) Math.floor(100.0 * count / all);
  }

  /** {@code epoch 3 43% [====> ] 10/23 7.3 it/s 0:01 < 0:02}. */
  private String text(long count, long elapsed, String left, int columns) {
    String numbers = numbers(count, elapsed) + left;
    if (total.isEmpty()) {
      return joined(numbers, columns);
    }
    String percent = percent(count) + "%";
    percent = " ".repeat(Math.max(0, 4 - percent.length())) + percent;
    int taken = TextWidth.of(described("")) + percent.length() + numbers.length() + 4;
    int bar = Math.min(WIDEST_BAR, columns - taken);
    return bar < NARROWEST_BAR || !line.isTerminal()
        ? joined(percent + " " + numbers, columns)
        : described(percent + " " + bar(count, bar) + " " + numbers);
  }

  private String described(String rest) {
    String oneLine = TextWidth.fit(description, UNBOUNDED);
    return oneLine.isEmpty() ? rest : oneLine + " " + rest;
  }

  /** The description gives way before the numbers do. */
  private String joined(String rest, int columns) {
    String left = TextWidth.fit(description, Math.max(0, columns - rest.length() - 1));
    return TextWidth.fit(left.isEmpty() ? rest : left + " " + rest, columns);
  }

  private String bar(long count, int width) {
    long all = Math.max(1, total.orElse(1));
    int done = (int) Math.min(width, (long) ((double) width * count / all));
    String tip = done < width ? ">" : "";
    return "[" + "=".repeat(done) + tip + " ".repeat(width - done - tip.length()) + "]";
  }

  private String numbers(long count, long elapsed) {
    var text = new StringBuilder().append(count);
    total.ifPresent(all -> text.append('/').append(all));
    if (count > 0 && elapsed > 0) {
      text.append("  ").append(rate(perSecond(count, elapsed)));
      text.append("  ").append(time(elapsed / SECOND));
    }
    return text.toString();
  }

  /** The time that the rest will take at the same rate. */
  private String left(long count, long elapsed) {
    long rest = total.orElse(0) - count;
    return count == 0 || elapsed <= 0 || rest <= 0
        ? ""
        : " < " + time((long) Math.ceil(rest / perSecond(count, elapsed)));
  }

  private static double perSecond(long count, long elapsed) {
    return (double) count * SECOND / elapsed;
  }

  private static String rate(double perSecond) {
    return perSecond >= 1 ? tenths(perSecond) + " it/s" : tenths(1 / perSecond) + " s/it";
  }

  /**
   * One decimal. A Formatter would be the first in many programs, and takes milliseconds to load.
   */
  private static String tenths(double value) {
    long tenths = Math.round(value * 10);
    return tenths / 10 + "." + tenths % 10;
  }

  private static String time(long seconds) {
    long minutes = seconds / 60;
    return minutes < 60
        ? minutes + ":" + twoDigits(seconds % 60)
        : minutes / 60 + ":" + twoDigits(minutes % 60) + ":" + twoDigits(seconds % 60);
  }

  private static String twoDigits(long number) {
    return number < 10 ? "0" + number : Long.toString(number);
  }
}
