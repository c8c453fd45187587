package dev.weft.optim;

import java.util.Map;

/** Multiplies the rate by γ every {@code stepSize} epochs. */
public final class StepLR extends LRScheduler {

  private final long stepSize;
  private final double gamma;

  /** With γ = 0.1. */
  public StepLR(Optimizer optimizer, long stepSize) {
    this(optimizer, stepSize, 0.1);
  }

  public StepLR(Optimizer optimizer, long stepSize, double gamma) {
    super(optimizer);
    this.stepSize = requirePositive("stepSize", stepSize);
    this.gamma = requireFinite("gamma", gamma);
    start();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    boolean due = lastEpoch() > 0 && lastEpoch() % stepSize == 0;
    return due ? group.lr() * gamma : group.lr();
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("step_size", stepSize, "gamma", gamma);
  }
}
