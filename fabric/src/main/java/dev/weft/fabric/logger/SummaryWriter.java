package dev.weft.fabric.logger;

import dev.weft.engine.Tensor;
import dev.weft.nn.Module;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes what TensorBoard shows: scalars, text, images, histograms, settings and graphs. What was
 * added reaches the file after {@code flushPeriod}, when {@code queueSize} summaries wait, and by
 * {@link #flush}.
 *
 * <p>Thread-safe. The one of a rank other than 0 takes everything and writes nothing.
 */
public final class SummaryWriter implements AutoCloseable {

  /** The settings of a writer that writes. */
  record Settings(Path folder, int queueSize, Duration flushPeriod) {}

  private final Optional<Settings> settings;
  private Optional<EventFile> file = Optional.empty();
  private int waiting;
  private long flushedAt = System.nanoTime();

  private SummaryWriter(Optional<Settings> settings) {
    this.settings = settings;
  }

  static SummaryWriter in(Settings settings) {
    return new SummaryWriter(Optional.of(settings));
  }

  static SummaryWriter inert() {
    return new SummaryWriter(Optional.empty());
  }

  /** Adds a number, kept in float32. */
  public void addScalar(String tag, double value, long step) {
    add(() -> Summaries.scalar(tag, value), step);
  }

  /** Adds numbers that share a chart, under {@code tag/name}. */
  public void addScalars(String tag, Map<String, ? extends Number> values, long step) {
    values.forEach((name, value) -> addScalar(tag + "/" + name, value.doubleValue(), step));
  }

  /** Adds text, shown as Markdown. */
  public void addText(String tag, String text, long step) {
    add(() -> Summaries.text(tag, text), step);
  }

  /** Adds an image: (C, H, W) or (H, W), C of 1, 3 or 4; floating in 0…1, or uint8 in 0…255. */
  public void addImage(String tag, Tensor image, long step) {
    add(() -> Summaries.image(tag, image), step);
  }

  /** Adds how the elements of a tensor are distributed. */
  public void addHistogram(String tag, Tensor values, long step) {
    add(() -> Summaries.histogram(tag, values), step);
  }

  /**
   * Adds the settings of the run and the metrics by which runs are compared.
   *
   * @param group what the run is called in the table
   */
  public void addHparams(
      Map<String, ?> params, Map<String, ? extends Number> metrics, String group, long step) {
    Map<String, Object> flat = Hyperparameters.flat(params);
    metrics.forEach((name, value) -> addScalar(name, value.doubleValue(), step));
    add(() -> Summaries.experiment(flat, new LinkedHashMap<>(metrics).keySet()), 0);
    add(() -> Summaries.sessionStart(flat, group), 0);
    add(Summaries::sessionEnd, 0);
  }

  /**
   * Adds the graph of a model: the ops of one forward, in evaluation mode, by the modules that run
   * them.
   */
  public <I> void addGraph(Module<I, ?> model, I input) {
    write(() -> ModelGraph.of(model, input), EventFile::graph);
  }

  private void add(Supplier<ProtoMessage> summary, long step) {
    write(summary, (events, message) -> events.summary(message, step));
  }

  @FunctionalInterface
  private interface Entry {
    void into(EventFile file, ProtoMessage message) throws IOException;
  }

  private synchronized void write(Supplier<ProtoMessage> content, Entry entry) {
    if (settings.isEmpty()) {
      return;
    }
    Settings own = settings.get();
    ProtoMessage message = content.get();
    try {
      if (file.isEmpty()) {
        file = Optional.of(new EventFile(own.folder()));
      }
      entry.into(file.get(), message);
    } catch (IOException e) {
      throw failed(own, e);
    }
    waiting++;
    if (waiting >= own.queueSize()
        || System.nanoTime() - flushedAt >= own.flushPeriod().toNanos()) {
      flush();
    }
  }

  /** Writes what waits. */
  public synchronized void flush() {
    waiting = 0;
    flushedAt = System.nanoTime();
    if (file.isPresent()) {
      try {
        file.get().flush();
      } catch (IOException e) {
        throw failed(settings.orElseThrow(), e);
      }
    }
  }

  /** Writes what waits and closes the file; what is added later goes to another one. */
  @Override
  public synchronized void close() {
    if (file.isPresent()) {
      try {
        file.get().close();
      } catch (IOException e) {
        throw failed(settings.orElseThrow(), e);
      } finally {
        file = Optional.empty();
      }
    }
  }

  private static UncheckedIOException failed(Settings settings, IOException e) {
    return new UncheckedIOException(
        "TensorBoardLogger: cannot write to " + settings.folder() + ": " + e.getMessage(), e);
  }
}
