package dev.weft.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Multiplies the rate by a factor when a metric has not improved for some time. Call {@link
 * #step(double)} with the metric.
 *
 * {@snippet :
 * var schedule = ReduceLROnPlateau.builder(optimizer).factor(0.5).patience(3).build();
 * schedule.step(validationLoss);
 * }
 */
public final class ReduceLROnPlateau extends LRScheduler {

  /** Whether a smaller or a larger metric is better. */
  public enum Mode {
    MIN,
    MAX
  }

  /** Whether the threshold is a share of the best value, or a difference to it. */
  public enum ThresholdMode {
    REL,
    ABS
  }

  private final Builder options;
  private double best;
  private long badEpochs;
  private long cooldownCounter;

  private ReduceLROnPlateau(Builder options) {
    super(options.optimizer);
    this.options = options;
    requireRange("factor", options.factor, 0, Math.nextDown(1.0));
    requireRange("patience", options.patience, 0, Long.MAX_VALUE);
    requireRange("cooldown", options.cooldown, 0, Long.MAX_VALUE);
    requireFinite("threshold", options.threshold);
    requireRange("eps", options.eps, 0, Double.MAX_VALUE);
    int groups = options.optimizer.groups().size();
    if (options.minLr.size() != 1 && options.minLr.size() != groups) {
      throw new IllegalArgumentException(
          name() + ": " + options.minLr.size() + " values of minLr for " + groups + " groups");
    }
    options.minLr.forEach(lr -> requireRange("minLr", lr, 0, Double.MAX_VALUE));
    best = worst();
    lastEpoch(0);
    remember();
  }

  /** Starts from PyTorch's defaults. */
  public static Builder builder(Optimizer optimizer) {
    return new Builder(optimizer);
  }

  /** What can be set. */
  public static final class Builder {
    private final Optimizer optimizer;
    private Mode mode = Mode.MIN;
    private double factor = 0.1;
    private long patience = 10;
    private double threshold = 1e-4;
    private ThresholdMode thresholdMode = ThresholdMode.REL;
    private long cooldown;
    private List<Double> minLr = List.of(0.0);
    private double eps = 1e-8;

    private Builder(Optimizer optimizer) {
      this.optimizer = optimizer;
    }

    /** Whether a smaller metric is better, which is the default, or a larger one. */
    public Builder mode(Mode mode) {
      this.mode = mode;
      return this;
    }

    /** What the rate is multiplied by; 0.1. */
    public Builder factor(double factor) {
      this.factor = factor;
      return this;
    }

    /** How many epochs without improvement are borne; 10. */
    public Builder patience(long patience) {
      this.patience = patience;
      return this;
    }

    /** How much better counts as better; 1e-4. */
    public Builder threshold(double threshold) {
      this.threshold = threshold;
      return this;
    }

    /** Whether the threshold is relative, which is the default, or absolute. */
    public Builder thresholdMode(ThresholdMode thresholdMode) {
      this.thresholdMode = thresholdMode;
      return this;
    }

    /** How many epochs after a reduction nothing is counted; 0. */
    public Builder cooldown(long cooldown) {
      this.cooldown = cooldown;
      return this;
    }

    /** The smallest rate, one for all groups or one for each; 0. */
    public Builder minLr(Double... minLr) {
      this.minLr = List.of(minLr);
      return this;
    }

    /** The smallest change of a rate that is made at all; 1e-8. */
    public Builder eps(double eps) {
      this.eps = eps;
      return this;
    }

    /** Checks the settings and makes the schedule. */
    public ReduceLROnPlateau build() {
      var copy = new Builder(optimizer);
      copy.mode = mode;
      copy.factor = factor;
      copy.patience = patience;
      copy.threshold = threshold;
      copy.thresholdMode = thresholdMode;
      copy.cooldown = cooldown;
      copy.minLr = minLr;
      copy.eps = eps;
      return new ReduceLROnPlateau(copy);
    }
  }

  /** Takes note of the metric of an epoch. NaN counts as no improvement. */
  public void step(double metric) {
    lastEpoch(lastEpoch() + 1);
    if (isBetter(metric)) {
      best = metric;
      badEpochs = 0;
    } else {
      badEpochs++;
    }
    if (cooldownCounter > 0) {
      cooldownCounter--;
      badEpochs = 0;
    }
    if (badEpochs > options.patience) {
      reduce();
      cooldownCounter = options.cooldown;
      badEpochs = 0;
    }
    remember();
  }

  /** Not possible: this schedule steps with a metric. */
  @Override
  public void step() {
    throw new UnsupportedOperationException(
        "ReduceLROnPlateau: step() has no metric; call step(metric)");
  }

  @Override
  void rejoin() {
    best = worst();
    badEpochs = 0;
    cooldownCounter = 0;
    lastEpoch(0);
    remember();
  }

  private boolean isBetter(double metric) {
    boolean relative = options.thresholdMode == ThresholdMode.REL;
    double threshold = options.threshold;
    return switch (options.mode) {
      case MIN -> metric < (relative ? best * (1 - threshold) : best - threshold);
      case MAX -> metric > (relative ? best * (1 + threshold) : best + threshold);
    };
  }

  private double worst() {
    return options.mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
  }

  private void reduce() {
    List<ParameterGroup> groups = optimizer().groups();
    for (int i = 0; i < groups.size(); i++) {
      double least = options.minLr.get(options.minLr.size() == 1 ? 0 : i);
      double lr = groups.get(i).lr();
      double reduced = Math.max(lr * options.factor, least);
      if (lr - reduced > options.eps) {
        groups.get(i).lr(reduced);
      }
    }
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    return group.lr(); // set in reduce
  }

  @Override
  protected Map<String, Object> settings() {
    var settings = new LinkedHashMap<String, Object>();
    settings.put("mode", options.mode.name().toLowerCase(Locale.ROOT));
    settings.put("factor", options.factor);
    settings.put("patience", options.patience);
    settings.put("threshold", options.threshold);
    settings.put("threshold_mode", options.thresholdMode.name().toLowerCase(Locale.ROOT));
    settings.put("cooldown", options.cooldown);
    settings.put("eps", options.eps);
    return settings;
  }

  @Override
  protected Map<String, Object> progress() {
    return Map.of("best", best, "num_bad_epochs", badEpochs, "cooldown_counter", cooldownCounter);
  }

  @Override
  protected void restoreProgress(Map<String, Object> state) {
    best = number(state, "best");
    badEpochs = (long) number(state, "num_bad_epochs");
    cooldownCounter = (long) number(state, "cooldown_counter");
  }
}
