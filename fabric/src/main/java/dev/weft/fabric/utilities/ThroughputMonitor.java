package dev.weft.fabric.utilities;

import dev.weft.fabric.Fabric;
import dev.weft.fabric.utilities.Throughput.Update;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * A {@link Throughput} of rank 0 whose metrics go to the loggers of a {@link Fabric}. Call it on
 * every rank; the others do nothing.
 */
public final class ThroughputMonitor {

  private final Fabric fabric;
  private final Throughput throughput;
  private long step = -1;

  /** With the defaults of {@link Throughput}. */
  public ThroughputMonitor(Fabric fabric) {
    this(fabric, settings -> settings);
  }

  /** With settings: {@code new ThroughputMonitor(fabric, t -> t.windowSize(20))}. */
  public ThroughputMonitor(Fabric fabric, UnaryOperator<Throughput> settings) {
    this.fabric = fabric;
    this.throughput = settings.apply(Throughput.of(fabric.worldSize()));
  }

  /** Takes new totals. */
  public void update(Update totals) {
    if (fabric.isGlobalZero()) {
      throughput.update(totals);
    }
  }

  /** The metrics; none on ranks other than 0. */
  public Map<String, Number> compute() {
    return fabric.isGlobalZero() ? throughput.compute() : Map.of();
  }

  /** Computes the metrics and logs them with a step that counts the calls. */
  public Map<String, Number> computeAndLog() {
    return computeAndLog(OptionalLong.empty());
  }

  /** Computes the metrics and logs them with a step. */
  public Map<String, Number> computeAndLog(OptionalLong at) {
    step = at.orElse(step + 1);
    Map<String, Number> metrics = compute();
    if (fabric.isGlobalZero()) {
      fabric.logDict(metrics, step);
    }
    return metrics;
  }

  /** Forgets everything but the number of the step. */
  public void reset() {
    throughput.reset();
  }
}
