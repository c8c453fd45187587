package dev.weft.optim;

import java.util.Map;

/** See {@link LRScheduler#cosineWithWarmup}. */
final class CosineWithWarmupLR extends LRScheduler {

  private final long warmupSteps;
  private final long totalSteps;
  private final double minLr;

  CosineWithWarmupLR(Optimizer optimizer, long warmupSteps, long totalSteps, double minLr) {
    super(optimizer);
    if (warmupSteps < 0 || totalSteps < warmupSteps) {
      throw new IllegalArgumentException(
          "cosineWithWarmup: warmupSteps "
              + warmupSteps
              + ", totalSteps "
              + totalSteps
              + ": needs 0 <= warmupSteps <= totalSteps");
    }
    this.warmupSteps = warmupSteps;
    this.totalSteps = totalSteps;
    this.minLr = requireRange("minLr", minLr, 0, Double.MAX_VALUE);
    start();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    long t = lastEpoch();
    if (t < warmupSteps) {
      return baseLr * (t + 1) / (warmupSteps + 1);
    }
    if (t >= totalSteps) {
      return minLr;
    }
    double done = (double) (t - warmupSteps) / (totalSteps - warmupSteps);
    return minLr + (baseLr - minLr) * (1 + Math.cos(Math.PI * done)) / 2;
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("warmup_steps", warmupSteps, "total_steps", totalSteps, "min_lr", minLr);
  }
}
