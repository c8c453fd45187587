package dev.weft.optim;

import java.util.Map;

/** Lets a factor on the rate run linearly from one value to another. */
public final class LinearLR extends LRScheduler {

  private final double startFactor;
  private final double endFactor;
  private final long totalIters;

  /** From a third to 1 in 5 epochs. */
  public LinearLR(Optimizer optimizer) {
    this(optimizer, 1.0 / 3, 1, 5);
  }

  /** Both factors lie from 0 to 1; the first must not be 0. */
  public LinearLR(Optimizer optimizer, double startFactor, double endFactor, long totalIters) {
    super(optimizer);
    this.startFactor = requireRange("startFactor", startFactor, Double.MIN_NORMAL, 1);
    this.endFactor = requireRange("endFactor", endFactor, 0, 1);
    this.totalIters = requirePositive("totalIters", totalIters);
    start();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    long epoch = lastEpoch();
    if (epoch == 0) {
      return group.lr() * startFactor;
    }
    if (epoch > totalIters) {
      return group.lr();
    }
    // The new factor over the one before, both times totalIters.
    double change = endFactor - startFactor;
    return group.lr() * (1 + change / (totalIters * startFactor + (epoch - 1) * change));
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("start_factor", startFactor, "end_factor", endFactor, "total_iters", totalIters);
  }
}
