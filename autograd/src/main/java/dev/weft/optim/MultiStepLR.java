package dev.weft.optim;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Multiplies the rate by γ at each milestone; one that is listed twice counts twice. */
public final class MultiStepLR extends LRScheduler {

  /** How often each epoch is a milestone. */
  private final Map<Long, Long> milestones = new TreeMap<>();

  private final double gamma;

  /** With γ = 0.1. */
  public MultiStepLR(Optimizer optimizer, List<? extends Number> milestones) {
    this(optimizer, milestones, 0.1);
  }

  public MultiStepLR(Optimizer optimizer, List<? extends Number> milestones, double gamma) {
    super(optimizer);
    wholeEpochs("MultiStepLR", milestones)
        .forEach(epoch -> this.milestones.merge(epoch, 1L, Long::sum));
    this.gamma = requireFinite("gamma", gamma);
    start();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    return group.lr() * Math.pow(gamma, milestones.getOrDefault(lastEpoch(), 0L));
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("milestones", milestones, "gamma", gamma);
  }
}
