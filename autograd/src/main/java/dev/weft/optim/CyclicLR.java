package dev.weft.optim;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Rates that go up and down in triangles between two bounds, while momentum (or Adam's β₁) goes the
 * other way. Steps once per batch. Source: Smith, "Cyclical learning rates for training neural
 * networks", 2017.
 *
 * {@snippet :
 * var schedule = CyclicLR.builder(optimizer, 1e-3, 0.1).stepSizeUp(500).build();
 * }
 */
public final class CyclicLR extends LRScheduler {

  /** How the height of the triangles changes. */
  public enum Mode {
    /** It stays. */
    TRIANGULAR,
    /** It halves from cycle to cycle. */
    TRIANGULAR2,
    /** It is multiplied by γ from step to step. */
    EXP_RANGE
  }

  private final Builder options;

  private CyclicLR(Builder options) {
    super(startingRates(options));
    this.options = options;
    start();
  }

  private static Optimizer startingRates(Builder options) {
    options.check();
    List<ParameterGroup> groups = options.optimizer.groups();
    for (int i = 0; i < groups.size(); i++) {
      groups.get(i).initialLr(options.baseLr.get(i));
    }
    return options.optimizer;
  }

  /** Starts from PyTorch's defaults, with the same bounds for every group. */
  public static Builder builder(Optimizer optimizer, double baseLr, double maxLr) {
    int groups = optimizer.groups().size();
    return builder(
        optimizer, Collections.nCopies(groups, baseLr), Collections.nCopies(groups, maxLr));
  }

  /** With the bounds of each group. */
  public static Builder builder(Optimizer optimizer, List<Double> baseLr, List<Double> maxLr) {
    return new Builder(optimizer, baseLr, maxLr);
  }

  /** What can be set. */
  public static final class Builder {
    private final Optimizer optimizer;
    private final List<Double> baseLr;
    private final List<Double> maxLr;
    private long stepSizeUp = 2000;
    private OptionalLong stepSizeDown = OptionalLong.empty();
    private Mode mode = Mode.TRIANGULAR;
    private double gamma = 1;
    private boolean cycleMomentum = true;
    private double baseMomentum = 0.8;
    private double maxMomentum = 0.9;

    private Builder(Optimizer optimizer, List<Double> baseLr, List<Double> maxLr) {
      this.optimizer = optimizer;
      this.baseLr = List.copyOf(baseLr);
      this.maxLr = List.copyOf(maxLr);
    }

    /** The steps from the lower bound to the upper; 2,000. */
    public Builder stepSizeUp(long steps) {
      this.stepSizeUp = steps;
      return this;
    }

    /** The steps back; as many as up. */
    public Builder stepSizeDown(long steps) {
      this.stepSizeDown = OptionalLong.of(steps);
      return this;
    }

    /** How the height changes; it stays. */
    public Builder mode(Mode mode) {
      this.mode = mode;
      return this;
    }

    /** γ of {@link Mode#EXP_RANGE}; 1. */
    public Builder gamma(double gamma) {
      this.gamma = gamma;
      return this;
    }

    /** Whether momentum, or β₁, cycles too; true. */
    public Builder cycleMomentum(boolean on) {
      this.cycleMomentum = on;
      return this;
    }

    /** The momentum at the highest rate, and at the lowest; 0.8 and 0.9. */
    public Builder momentum(double base, double max) {
      this.baseMomentum = base;
      this.maxMomentum = max;
      return this;
    }

    /** Checks the settings and makes the schedule. */
    public CyclicLR build() {
      return new CyclicLR(copy());
    }

    private Builder copy() {
      var copy = new Builder(optimizer, baseLr, maxLr);
      copy.stepSizeUp = stepSizeUp;
      copy.stepSizeDown = stepSizeDown;
      copy.mode = mode;
      copy.gamma = gamma;
      copy.cycleMomentum = cycleMomentum;
      copy.baseMomentum = baseMomentum;
      copy.maxMomentum = maxMomentum;
      return copy;
    }

    private long down() {
      return stepSizeDown.orElse(stepSizeUp);
    }

    private void check() {
      int groups = optimizer.groups().size();
      if (baseLr.size() != groups || maxLr.size() != groups) {
        throw new IllegalArgumentException(
            "CyclicLR: bounds of "
                + baseLr.size()
                + " and "
                + maxLr.size()
                + " groups for "
                + groups
                + " groups");
      }
      if (stepSizeUp < 1 || down() < 1) {
        throw new IllegalArgumentException(
            "CyclicLR: " + stepSizeUp + " steps up, " + down() + " down: must be at least 1");
      }
      for (ParameterGroup group : optimizer.groups()) {
        if (cycleMomentum && !group.has("momentum") && !group.has("betas")) {
          throw new IllegalArgumentException(
              "CyclicLR: the optimizer has neither momentum nor betas; use cycleMomentum(false)");
        }
      }
    }
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    double length = options.stepSizeUp + options.down();
    double cycle = Math.floor(1 + lastEpoch() / length);
    double place = 1 + lastEpoch() / length - cycle;
    double top = options.stepSizeUp / length;
    double height = place <= top ? place / top : (place - 1) / (top - 1);
    height *=
        switch (options.mode) {
          case TRIANGULAR -> 1;
          case TRIANGULAR2 -> Math.pow(2, 1 - cycle);
          case EXP_RANGE -> Math.pow(options.gamma, lastEpoch());
        };
    if (options.cycleMomentum) {
      double range = options.maxMomentum - options.baseMomentum;
      group.momentum(options.maxMomentum - range * height);
    }
    double max = options.maxLr.get(optimizer().groups().indexOf(group));
    return baseLr + (max - baseLr) * height;
  }

  @Override
  protected Map<String, Object> settings() {
    var settings = new LinkedHashMap<String, Object>();
    settings.put("max_lrs", options.maxLr);
    settings.put("total_size", (double) (options.stepSizeUp + options.down()));
    settings.put("mode", options.mode.name().toLowerCase(Locale.ROOT));
    settings.put("gamma", options.gamma);
    settings.put("cycle_momentum", options.cycleMomentum);
    return settings;
  }
}
