package dev.weft.optim;

import java.util.Map;

/** Multiplies the rate by γ in each epoch. */
public final class ExponentialLR extends LRScheduler {

  private final double gamma;

  public ExponentialLR(Optimizer optimizer, double gamma) {
    super(optimizer);
    this.gamma = requireFinite("gamma", gamma);
    start();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    return lastEpoch() == 0 ? group.lr() : group.lr() * gamma;
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("gamma", gamma);
  }
}
