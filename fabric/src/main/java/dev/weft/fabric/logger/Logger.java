package dev.weft.fabric.logger;

import dev.weft.nn.Module;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes the metrics of a run. Fabric calls {@link #logMetrics} on every rank; a logger decides on
 * which it writes. Those of this library write on rank 0 (see {@link dev.weft.fabric.RankZero}).
 */
public interface Logger {

  /** The name of the experiment; empty when it has none. */
  String name();

  /** Which run of the experiment this is. */
  String version();

  /** The folder of all experiments, for loggers that write files. */
  default Optional<Path> rootDir() {
    return Optional.empty();
  }

  /** The folder of this run, for loggers that write files. */
  default Optional<Path> logDir() {
    return Optional.empty();
  }

  /** What joins the parts of a name: {@code train/loss}. */
  default String groupSeparator() {
    return "/";
  }

  /**
   * Takes metrics of a step.
   *
   * @param metrics numbers, booleans, text, or tensors of one element, by name
   * @param step which step they belong to; empty lets the logger count
   */
  void logMetrics(Map<String, ?> metrics, OptionalLong step);

  /** Takes metrics of a step. */
  default void logMetrics(Map<String, ?> metrics, long step) {
    logMetrics(metrics, OptionalLong.of(step));
  }

  /** Takes metrics; the logger counts the steps. */
  default void logMetrics(Map<String, ?> metrics) {
    logMetrics(metrics, OptionalLong.empty());
  }

  /**
   * Takes the settings of the run; nested maps are allowed.
   *
   * @throws UnsupportedOperationException when this logger has no place for them
   */
  void logHyperparams(Map<String, ?> params);

  /** Takes the graph of a model, for loggers that show one; others do nothing. */
  default <I> void logGraph(Module<I, ?> model, I input) {}

  /** Writes what it holds back. */
  default void save() {}

  /**
   * Ends the run.
   *
   * @param status how: {@code success}, {@code failed} or {@code aborted}
   */
  default void finalize(String status) {
    save();
  }
}
