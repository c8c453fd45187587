package dev.weft.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One cycle over the whole training: the rate rises to a maximum and falls to almost nothing, while
 * momentum (or Adam's β₁) goes the other way. Steps once per batch. Source: Smith, Topin,
 * "Super-convergence: very fast training of neural networks using large learning rates", 2018.
 *
 * {@snippet :
 * var schedule = OneCycleLR.builder(optimizer, 0.1, steps).pctStart(0.2).build();
 * }
 */
public final class OneCycleLR extends LRScheduler {

  /** The curve between two values. */
  public enum Anneal {
    COS,
    LINEAR
  }

  /** A stretch of the cycle, up to step {@code end}, between two of the values named here. */
  private record Phase(
      double end, Rate fromRate, Rate toRate, boolean momentumFalls, boolean flat) {}

  private enum Rate {
    INITIAL,
    MAX,
    MIN
  }

  private final Builder options;
  private final List<Phase> phases = new ArrayList<>();

  private OneCycleLR(Builder options) {
    super(startingRates(options));
    this.options = options;
    double total = options.totalSteps;
    double top = options.pctStart * total - 1;
    if (options.threePhase) {
      phases.add(new Phase(top, Rate.INITIAL, Rate.MAX, true, false));
      phases.add(new Phase(2 * options.pctStart * total - 2, Rate.MAX, Rate.INITIAL, false, false));
      phases.add(new Phase(total - 1, Rate.INITIAL, Rate.MIN, false, true));
    } else {
      phases.add(new Phase(top, Rate.INITIAL, Rate.MAX, true, false));
      phases.add(new Phase(total - 1, Rate.MAX, Rate.MIN, false, false));
    }
    start();
  }

  /** Checks the settings, and makes the initial rate of each group the one it starts from. */
  private static Optimizer startingRates(Builder options) {
    options.check();
    List<ParameterGroup> groups = options.optimizer.groups();
    for (int i = 0; i < groups.size(); i++) {
      groups.get(i).initialLr(options.maxLr(i) / options.divFactor);
    }
    return options.optimizer;
  }

  /**
   * Starts from PyTorch's defaults.
   *
   * @param maxLr the highest rate of every group
   * @param totalSteps how often the schedule will step
   */
  public static Builder builder(Optimizer optimizer, double maxLr, long totalSteps) {
    return builder(optimizer, optimizer.groups().stream().map(_ -> maxLr).toList(), totalSteps);
  }

  /** With the highest rate of each group. */
  public static Builder builder(Optimizer optimizer, List<Double> maxLr, long totalSteps) {
    return new Builder(optimizer, maxLr, totalSteps);
  }

  /** What can be set. */
  public static final class Builder {
    private final Optimizer optimizer;
    private final List<Double> maxLr;
    private final long totalSteps;
    private double pctStart = 0.3;
    private Anneal anneal = Anneal.COS;
    private boolean cycleMomentum = true;
    private double baseMomentum = 0.85;
    private double maxMomentum = 0.95;
    private double divFactor = 25;
    private double finalDivFactor = 1e4;
    private boolean threePhase;

    private Builder(Optimizer optimizer, List<Double> maxLr, long totalSteps) {
      this.optimizer = optimizer;
      this.maxLr = List.copyOf(maxLr);
      this.totalSteps = totalSteps;
    }

    /** The share of the cycle in which the rate rises; 0.3. */
    public Builder pctStart(double pctStart) {
      this.pctStart = pctStart;
      return this;
    }

    /** The curve; cosine. */
    public Builder anneal(Anneal anneal) {
      this.anneal = anneal;
      return this;
    }

    /** Whether momentum, or β₁, cycles too; true. */
    public Builder cycleMomentum(boolean on) {
      this.cycleMomentum = on;
      return this;
    }

    /** The momentum at the highest rate, and at the lowest; 0.85 and 0.95. */
    public Builder momentum(double base, double max) {
      this.baseMomentum = base;
      this.maxMomentum = max;
      return this;
    }

    /** The highest rate over the first; 25. */
    public Builder divFactor(double divFactor) {
      this.divFactor = divFactor;
      return this;
    }

    /** The first rate over the last; 10,000. */
    public Builder finalDivFactor(double finalDivFactor) {
      this.finalDivFactor = finalDivFactor;
      return this;
    }

    /** Whether the rate falls back to the first, and only then to the last; false. */
    public Builder threePhase(boolean on) {
      this.threePhase = on;
      return this;
    }

    /** Checks the settings and makes the schedule. */
    public OneCycleLR build() {
      return new OneCycleLR(copy());
    }

    private Builder copy() {
      var copy = new Builder(optimizer, maxLr, totalSteps);
      copy.pctStart = pctStart;
      copy.anneal = anneal;
      copy.cycleMomentum = cycleMomentum;
      copy.baseMomentum = baseMomentum;
      copy.maxMomentum = maxMomentum;
      copy.divFactor = divFactor;
      copy.finalDivFactor = finalDivFactor;
      copy.threePhase = threePhase;
      return copy;
    }

    private double maxLr(int group) {
      return maxLr.get(group);
    }

    private void check() {
      if (maxLr.size() != optimizer.groups().size()) {
        throw new IllegalArgumentException(
            "OneCycleLR: "
                + maxLr.size()
                + " values of maxLr for "
                + optimizer.groups().size()
                + " groups");
      }
      require(totalSteps >= 1, "totalSteps", totalSteps, "must be at least 1");
      require(pctStart >= 0 && pctStart <= 1, "pctStart", pctStart, "must be from 0 to 1");
      require(divFactor > 0, "divFactor", divFactor, "must be above 0");
      require(finalDivFactor > 0, "finalDivFactor", finalDivFactor, "must be above 0");
      for (ParameterGroup group : optimizer.groups()) {
        if (cycleMomentum && !group.has("momentum") && !group.has("betas")) {
          throw new IllegalArgumentException(
              "OneCycleLR: the optimizer has neither momentum nor betas; use cycleMomentum(false)");
        }
      }
    }

    private static void require(boolean holds, String setting, double value, String rule) {
      if (!holds) {
        throw new IllegalArgumentException("OneCycleLR: " + setting + " " + value + ": " + rule);
      }
    }
  }

  @Override
  public void step() {
    if (lastEpoch() >= options.totalSteps) { // the constructor steps too, so one more is left
      throw new IllegalStateException(
          "OneCycleLR: more than " + options.totalSteps + " steps, the length of its cycle");
    }
    super.step();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    double step = lastEpoch();
    double from = 0;
    int index = 0;
    while (index < phases.size() - 1 && step > phases.get(index).end()) {
      from = phases.get(index++).end();
    }
    Phase phase = phases.get(index);
    double share = phase.end() == from ? 1 : (step - from) / (phase.end() - from);
    if (options.cycleMomentum) {
      double high = options.maxMomentum;
      double low = options.baseMomentum;
      group.momentum(
          phase.flat()
              ? high
              : phase.momentumFalls() ? between(high, low, share) : between(low, high, share));
    }
    double max = options.maxLr(optimizer().groups().indexOf(group));
    return between(rate(phase.fromRate(), max), rate(phase.toRate(), max), share);
  }

  private double rate(Rate rate, double max) {
    double initial = max / options.divFactor;
    return switch (rate) {
      case INITIAL -> initial;
      case MAX -> max;
      case MIN -> initial / options.finalDivFactor;
    };
  }

  private double between(double start, double end, double share) {
    return switch (options.anneal) {
      case COS -> end + (start - end) / 2 * (1 + Math.cos(Math.PI * share));
      case LINEAR -> start + (end - start) * share;
    };
  }

  @Override
  protected Map<String, Object> settings() {
    var settings = new LinkedHashMap<String, Object>();
    settings.put("total_steps", options.totalSteps);
    settings.put("cycle_momentum", options.cycleMomentum);
    return settings;
  }

  @Override
  public String toString() {
    return "OneCycleLR["
        + options.totalSteps
        + " steps, "
        + options.anneal.name().toLowerCase(Locale.ROOT)
        + "]";
  }
}
