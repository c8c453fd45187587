package dev.weft.optim;

import java.util.Map;

/** Multiplies the rate by a factor for the first {@code totalIters} epochs. */
public final class ConstantLR extends LRScheduler {

  private final double factor;
  private final long totalIters;

  /** A third of the rate for 5 epochs. */
  public ConstantLR(Optimizer optimizer) {
    this(optimizer, 1.0 / 3, 5);
  }

  /** The factor must be above 0, because it is taken back by division, and at most 1. */
  public ConstantLR(Optimizer optimizer, double factor, long totalIters) {
    super(optimizer);
    this.factor = requireRange("factor", factor, Double.MIN_NORMAL, 1);
    this.totalIters = requirePositive("totalIters", totalIters);
    start();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    if (lastEpoch() == 0) {
      return group.lr() * factor;
    }
    return lastEpoch() == totalIters ? group.lr() / factor : group.lr();
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("factor", factor, "total_iters", totalIters);
  }
}
