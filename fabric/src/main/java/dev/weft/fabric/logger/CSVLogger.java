package dev.weft.fabric.logger;

import dev.weft.fabric.RankZero;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes metrics to {@code rootDir/name/version_n/metrics.csv}: one row per call, one column per
 * name, sorted, with the step among them. Rows reach the file when the step after theirs divides by
 * {@code flushLogsEveryNSteps}, and at {@link #save} and {@link #finalize}.
 *
 * <p>Writes on rank 0 only. Thread-safe.
 *
 * {@snippet :
 * var logger = new CSVLogger("logs", "digits");
 * var often = CSVLogger.builder("logs").name("digits").flushLogsEveryNSteps(1).build();
 * }
 */
public final class CSVLogger implements Logger {

  private static final int DEFAULT_FLUSH = 100;

  private final RunDirectory run;
  private final String prefix;
  private final int flushEvery;
  private @Nullable CSVWriter writer;

  /** The next free version below {@code rootDir/name}. */
  public CSVLogger(String rootDir, String name) {
    this(Path.of(rootDir), name);
  }

  /** The next free version below {@code rootDir/name}. */
  public CSVLogger(Path rootDir, String name) {
    this(new RunDirectory(rootDir, name, Optional.empty()), "", DEFAULT_FLUSH);
  }

  private CSVLogger(RunDirectory run, String prefix, int flushEvery) {
    this.run = run;
    this.prefix = prefix;
    this.flushEvery = flushEvery;
  }

  /** Starts to describe a logger that writes below {@code rootDir}. */
  public static Builder builder(String rootDir) {
    return builder(Path.of(rootDir));
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

  @Override
  public Optional<Path> logDir() {
    return Optional.of(run.path());
  }

  /**
   * The writer of the file; on ranks other than 0 one that ignores what it is given. The first call
   * makes the folder.
   */
  public synchronized CSVWriter experiment() {
    if (!RankZero.isZero()) {
      return CSVWriter.inert();
    }
    if (writer == null) {
      writer = CSVWriter.in(run.path());
    }
    return writer;
  }

  @Override
  public void logMetrics(Map<String, ?> metrics, OptionalLong step) {
    RankZero.only(
        () -> {
          CSVWriter experiment = experiment();
          long number = experiment.logMetrics(prefixed(prefix, metrics), step);
          if ((number + 1) % flushEvery == 0) {
            experiment.save();
          }
        });
  }

  /** The same values, with {@code prefix-} before each name. */
  static Map<String, ?> prefixed(String prefix, Map<String, ?> metrics) {
    if (prefix.isEmpty()) {
      return metrics;
    }
    var result = new LinkedHashMap<String, Object>();
    metrics.forEach((name, value) -> result.put(prefix + "-" + name, value));
    return result;
  }

  @Override
  public void logHyperparams(Map<String, ?> params) {
    throw new UnsupportedOperationException(
        "CSVLogger.logHyperparams: a table of metrics has no place for settings; use"
            + " TensorBoardLogger, or write them to a file in logDir()");
  }

  @Override
  public void save() {
    RankZero.only(() -> experiment().save());
  }

  @Override
  public synchronized void finalize(String status) {
    if (writer != null) {
      save();
    }
  }

  /** Describes a logger. Immutable once built; {@code name} is lightning_logs unless given. */
  public static final class Builder {

    private final Path rootDir;
    private String name = "lightning_logs";
    private Optional<RunDirectory.Version> version = Optional.empty();
    private String prefix = "";
    private int flushEvery = DEFAULT_FLUSH;

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

    /** What stands before every name, joined with a hyphen. */
    public Builder prefix(String prefix) {
      this.prefix = prefix;
      return this;
    }

    /** After how many steps rows are written to the file. */
    public Builder flushLogsEveryNSteps(int steps) {
      if (steps < 1) {
        throw new IllegalArgumentException("flushLogsEveryNSteps: " + steps + " must be positive");
      }
      this.flushEvery = steps;
      return this;
    }

    public CSVLogger build() {
      return new CSVLogger(new RunDirectory(rootDir, name, version), prefix, flushEvery);
    }
  }
}
