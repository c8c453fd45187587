package dev.weft.fabric.logger;

import dev.weft.engine.Tensor;
import dev.weft.fabric.RankZero;
import dev.weft.nn.Module;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes metrics to event files in {@code rootDir/name/version_n}, for TensorBoard. {@link
 * #experiment} takes text, images, histograms and settings besides.
 *
 * <p>Writes on rank 0 only. Thread-safe.
 *
 * {@snippet :
 * var logger = new TensorBoardLogger("logs", "digits");
 * Fabric fabric = Fabric.builder().loggers(logger).build();
 * fabric.log("loss", loss, step);
 * logger.experiment().addHistogram("weights", model.weight, step);
 * }
 *
 * <p>Source: the layout and options of Lightning's TensorBoardLogger; formats as TensorBoard 2
 * reads them.
 */
public final class TensorBoardLogger implements Logger {

  private static final int QUEUE = 10;
  private static final Duration PERIOD = Duration.ofSeconds(120);
  private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+|\\{[^}]*})");

  private final RunDirectory run;
  private final Builder options;
  private @Nullable SummaryWriter writer;

  /** The next free version below {@code rootDir/name}. */
  public TensorBoardLogger(String rootDir, String name) {
    this(builder(rootDir).name(name));
  }

  private TensorBoardLogger(Builder options) {
    this.run = new RunDirectory(options.rootDir, options.name, options.version);
    this.options = options;
  }

  /** Starts to describe a logger that writes below {@code rootDir}. */
  public static Builder builder(String rootDir) {
    return new Builder(Path.of(rootDir));
  }

  /** Starts to describe a logger that writes below {@code rootDir}. */
  public static Builder builder(Path rootDir) {
    return new Builder(rootDir);
  }

  @Override
  public String name() {
    return run.name();
  }

  @Override
  public String version() {
    return run.version().label();
  }

  @Override
  public Optional<Path> rootDir() {
    return Optional.of(run.root());
  }

  /** The folder of the event files; {@code ~} and {@code $VARIABLE} in it are replaced. */
  @Override
  public Optional<Path> logDir() {
    Path folder = options.subDir.isEmpty() ? run.path() : run.path().resolve(options.subDir);
    return Optional.of(expanded(folder));
  }

  private static Path expanded(Path folder) {
    String text = folder.toString();
    if (text.equals("~") || text.startsWith("~/")) {
      text = System.getProperty("user.home") + text.substring(1);
    }
    return Path.of(
        VARIABLE
            .matcher(text)
            .replaceAll(
                found -> {
                  String name = found.group(1).replaceAll("[{}]", "");
                  String value = System.getenv(name);
                  return Matcher.quoteReplacement(value == null ? found.group() : value);
                }));
  }

  /** What writes the event file; on ranks other than 0 one that ignores what it is given. */
  public synchronized SummaryWriter experiment() {
    if (!RankZero.isZero()) {
      return SummaryWriter.inert();
    }
    if (writer == null) {
      writer =
          SummaryWriter.in(
              new SummaryWriter.Settings(
                  logDir().orElseThrow(), options.maxQueue, options.flushPeriod));
    }
    return writer;
  }

  /**
   * Adds each metric as a scalar, and a map of numbers as scalars below its name. Without a step it
   * is 0.
   *
   * @throws IllegalArgumentException for a value that is no number
   */
  @Override
  public void logMetrics(Map<String, ?> metrics, OptionalLong step) {
    RankZero.only(
        () ->
            CSVLogger.prefixed(options.prefix, metrics)
                .forEach((name, value) -> addMetric(name, value, step.orElse(0))));
  }

  private void addMetric(String name, @Nullable Object value, long step) {
    if (value instanceof Map<?, ?> group) {
      group.forEach((key, part) -> addMetric(name + "/" + key, part, step));
    } else {
      experiment().addScalar(name, number(name, value), step);
    }
  }

  private static double number(String name, @Nullable Object value) {
    return switch (value) {
      case Boolean bool -> bool ? 1 : 0;
      case Number number -> number.doubleValue();
      case Tensor tensor when tensor.numel() == 1 -> tensor.item();
      case null, default ->
          throw new IllegalArgumentException(
              "TensorBoardLogger.logMetrics: '"
                  + name
                  + "' is "
                  + (value == null ? "null" : "a " + value.getClass().getSimpleName())
                  + ", but scalars are numbers; add text and images through experiment()");
    };
  }

  /** Adds the settings, with the metric {@code hp_metric} = −1 unless that was turned off. */
  @Override
  public void logHyperparams(Map<String, ?> params) {
    logHyperparams(
        params, options.defaultHpMetric ? Map.of("hp_metric", -1) : Map.of(), OptionalLong.empty());
  }

  /** Adds the settings and the metrics by which runs are compared; nothing without metrics. */
  public void logHyperparams(Map<String, ?> params, Map<String, ? extends Number> metrics) {
    logHyperparams(params, metrics, OptionalLong.empty());
  }

  /** The same, with the step of the metrics. */
  public void logHyperparams(
      Map<String, ?> params, Map<String, ? extends Number> metrics, OptionalLong step) {
    if (!metrics.isEmpty()) {
      RankZero.only(
          () ->
              experiment()
                  .addHparams(params, new LinkedHashMap<>(metrics), version(), step.orElse(0)));
    }
  }

  /** Adds the graph of one forward; see {@link SummaryWriter#addGraph}. */
  @Override
  public <I> void logGraph(Module<I, ?> model, I input) {
    RankZero.only(() -> experiment().addGraph(model, input));
  }

  @Override
  public void save() {
    RankZero.only(() -> experiment().flush());
  }

  @Override
  public synchronized void finalize(String status) {
    if (writer != null && RankZero.isZero()) {
      writer.close();
    }
  }

  /** Describes a logger; {@code name} is lightning_logs unless given. */
  public static final class Builder {

    private final Path rootDir;
    private String name = "lightning_logs";
    private Optional<RunDirectory.Version> version = Optional.empty();
    private boolean defaultHpMetric = true;
    private String prefix = "";
    private String subDir = "";
    private int maxQueue = QUEUE;
    private Duration flushPeriod = PERIOD;

    private Builder(Path rootDir) {
      this.rootDir = rootDir;
    }

    /** The folder below the root; empty for none. */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /** The folder {@code version_number}, instead of the next free one. */
    public Builder version(int number) {
      this.version = Optional.of(RunDirectory.Version.of(number));
      return this;
    }

    /** The folder of this name, instead of the next free version. */
    public Builder version(String folder) {
      this.version = Optional.of(RunDirectory.Version.of(folder));
      return this;
    }

    /** Whether settings that come without metrics get the metric {@code hp_metric}. */
    public Builder defaultHpMetric(boolean on) {
      this.defaultHpMetric = on;
      return this;
    }

    /** What stands before every name, joined with a hyphen. */
    public Builder prefix(String prefix) {
      this.prefix = prefix;
      return this;
    }

    /** A folder below that of the version. */
    public Builder subDir(String folder) {
      this.subDir = folder;
      return this;
    }

    /** How many summaries may wait to be written. */
    public Builder maxQueue(int summaries) {
      if (summaries < 1) {
        throw new IllegalArgumentException("maxQueue: " + summaries + " must be positive");
      }
      this.maxQueue = summaries;
      return this;
    }

    /** How long summaries may wait to be written. */
    public Builder flushPeriod(Duration period) {
      this.flushPeriod = period;
      return this;
    }

    public TensorBoardLogger build() {
      return new TensorBoardLogger(this);
    }
  }
}
