package dev.weft.optim;

import java.util.Map;

/** Lets the rate fall as (1 − t/T)ᵖ until it is 0 at T. */
public final class PolynomialLR extends LRScheduler {

  private final long totalIters;
  private final double power;

  /** Linearly, in 5 epochs. */
  public PolynomialLR(Optimizer optimizer) {
    this(optimizer, 5, 1);
  }

  public PolynomialLR(Optimizer optimizer, long totalIters, double power) {
    super(optimizer);
    this.totalIters = requirePositive("totalIters", totalIters);
    this.power = requireFinite("power", power);
    start();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    double epoch = lastEpoch();
    if (epoch == 0 || epoch > totalIters) {
      return group.lr();
    }
    double change = (1 - epoch / totalIters) / (1 - (epoch - 1) / totalIters);
    return group.lr() * Math.pow(change, power);
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("total_iters", totalIters, "power", power);
  }
}
