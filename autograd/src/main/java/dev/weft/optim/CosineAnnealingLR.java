package dev.weft.optim;

import java.util.Map;

/**
 * Half a cosine from the base rate down to {@code etaMin} in T epochs, then back up, and so on.
 * Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
 */
public final class CosineAnnealingLR extends LRScheduler {

  private final long tMax;
  private final double etaMin;

  /** Down to 0. */
  public CosineAnnealingLR(Optimizer optimizer, long tMax) {
    this(optimizer, tMax, 0);
  }

  public CosineAnnealingLR(Optimizer optimizer, long tMax, double etaMin) {
    super(optimizer);
    this.tMax = requirePositive("tMax", tMax);
    this.etaMin = requireRange("etaMin", etaMin, 0, Double.MAX_VALUE);
    start();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    long epoch = lastEpoch();
    if (epoch == 0) {
      return group.lr();
    }
    if ((epoch - 1 - tMax) % (2 * tMax) == 0) {
      // At the bottom the quotient below would be 0/0.
      return group.lr() + (baseLr - etaMin) * (1 - Math.cos(Math.PI / tMax)) / 2;
    }
    double change =
        (1 + Math.cos(Math.PI * epoch / tMax)) / (1 + Math.cos(Math.PI * (epoch - 1) / tMax));
    return change * (group.lr() - etaMin) + etaMin;
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("T_max", tMax, "eta_min", etaMin);
  }
}
