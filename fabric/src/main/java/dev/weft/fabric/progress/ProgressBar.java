package dev.weft.fabric.progress;

import dev.weft.fabric.RankZero;
import dev.weft.fabric.data.DataLoader;
import dev.weft.fabric.text.StatusLine;
import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * A loop that shows on standard error how far it is.
 *
 * {@snippet :
 * for (Digit batch : ProgressBar.over(loader, "epoch 3")) {   // epoch 3  43% [====>     ] 10/23 …
 *   train(batch);
 * }
 * }
 *
 * <p>In a terminal one line is drawn again, at most ten times a second. Elsewhere, as in a log
 * file, each pass leaves one line at its end, and a few on the way when it takes longer than ten
 * seconds. What a loop prints itself does not disturb the line if it goes through {@code
 * fabric.print}.
 *
 * <p>Bars may be nested: the inner one is shown while it runs. A loop that is left early leaves its
 * line to the next bar, or to the end of the program; who wants it to stay closes the bar.
 *
 * <p>The items come from the thread that asks for them; nothing runs beside. A bar is confined to
 * one thread.
 */
public final class ProgressBar<T> implements Iterable<T>, AutoCloseable {

  private final Iterable<T> items;
  private final String description;
  private final OptionalLong total;
  private final boolean enabled;
  private final StatusLine line;
  private final LongSupplier clock;
  private Optional<Pass> current = Optional.empty();

  ProgressBar(
      Iterable<T> items,
      String description,
      OptionalLong total,
      boolean enabled,
      StatusLine line,
      LongSupplier clock) {
    this.items = items;
    this.description = description;
    this.total = total;
    this.enabled = enabled;
    this.line = line;
    this.clock = clock;
  }

  /** A bar that is shown on rank 0. The number of items is asked of collections and loaders. */
  public static <T> ProgressBar<T> over(Iterable<T> items, String description) {
    return over(items, description, RankZero.isZero());
  }

  /** A bar that is shown if {@code enabled}; else this is only the loop. */
  public static <T> ProgressBar<T> over(Iterable<T> items, String description, boolean enabled) {
    return over(items, description, enabled ? total(items) : OptionalLong.empty(), enabled);
  }

  /** A bar over as many items as {@code total} says. */
  public static <T> ProgressBar<T> over(
      Iterable<T> items, String description, OptionalLong total, boolean enabled) {
    if (total.isPresent() && total.getAsLong() < 0) {
      throw new IllegalArgumentException(
          "ProgressBar: total = " + total.getAsLong() + ": it cannot be negative");
    }
    return new ProgressBar<>(
        items, description, total, enabled, StatusLine.shared(), System::nanoTime);
  }

  static OptionalLong total(Iterable<?> items) {
    return switch (items) {
      case Collection<?> collection -> OptionalLong.of(collection.size());
      case DataLoader<?> loader when loader.hasLength() -> OptionalLong.of(loader.length());
      default -> OptionalLong.empty();
    };
  }

  /** Begins a pass. One that was left early is closed before. */
  @Override
  public Iterator<T> iterator() {
    close();
    if (!enabled) {
      return items.iterator();
    }
    var pass = new Pass(items.iterator(), new Meter(description, total, line, clock));
    current = Optional.of(pass);
    return pass;
  }

  /** Ends a pass that was left early, and its source; its line stays as it is. */
  @Override
  public void close() {
    current.ifPresent(Pass::close);
    current = Optional.empty();
  }

  private final class Pass implements Iterator<T>, AutoCloseable {

    private final Iterator<T> source;
    private final Meter meter;
    private long delivered;
    private boolean ended;

    Pass(Iterator<T> source, Meter meter) {
      this.source = source;
      this.meter = meter;
    }

    /** Whoever asks for the next item is done with the last one. */
    @Override
    public boolean hasNext() {
      if (ended) {
        return false;
      }
      meter.show(delivered);
      boolean more = false;
      try {
        more = source.hasNext();
      } finally {
        if (!more) {
          end();
        }
      }
      return more;
    }

    @Override
    public T next() {
      if (delivered > 0) {
        meter.show(delivered);
      }
      T item = source.next();
      delivered++;
      return item;
    }

    private void end() {
      if (!ended) {
        ended = true;
        meter.end(delivered);
      }
    }

    @Override
    public void close() {
      if (ended) {
        return;
      }
      end();
      if (source instanceof AutoCloseable resource) {
        try {
          resource.close();
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException("ProgressBar: closing the items failed", e);
        }
      }
    }
  }
}
