package dev.weft.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changes the learning rates of an optimizer's groups, step by step. Call {@link #step} after each
 * step of the optimizer, or after each epoch: the schedules count calls and call them epochs, as
 * PyTorch does.
 *
 * <p>A schedule sets the rates for epoch 0 when it is made. Most go on from the rate that a group
 * has, so that several can act on one optimizer. Formulas and defaults are PyTorch's. Confined to
 * one thread.
 *
 * <p>A subclass computes in {@link #lr} and calls {@link #start} at the end of its constructor.
 */
public abstract class LRScheduler {

  private final Optimizer optimizer;
  private final List<Double> baseLrs = new ArrayList<>();
  private List<Double> lastLr = List.of();
  private long lastEpoch = -1;
  private long stepCount;

  protected LRScheduler(Optimizer optimizer) {
    this.optimizer = optimizer;
    for (ParameterGroup group : optimizer.groups()) {
      if (group.initialLr().isEmpty()) {
        group.initialLr(group.lr());
      }
      baseLrs.add(group.initialLr().getAsDouble());
    }
  }

  /**
   * Linear growth over the warm-up, then half a cosine down to {@code minLr}: with base rate η and
   * epoch t, η (t + 1) / (W + 1) for t below W; minLr + (η − minLr) (1 + cos(π (t − W) / (T − W)))
   * / 2 up to T; then minLr.
   */
  public static LRScheduler cosineWithWarmup(
      Optimizer optimizer, long warmupSteps, long totalSteps, double minLr) {
    return new CosineWithWarmupLR(optimizer, warmupSteps, totalSteps, minLr);
  }

  /** The rate of a group in epoch {@link #lastEpoch}, before which it has {@code group.lr()}. */
  protected abstract double lr(ParameterGroup group, double baseLr);

  /** Settings by PyTorch's names; saved, and compared when a state is loaded. */
  protected Map<String, Object> settings() {
    return Map.of();
  }

  /** What else changes from step to step, by PyTorch's names. */
  protected Map<String, Object> progress() {
    return Map.of();
  }

  /** Takes back what {@link #progress} returned; {@code state} has all of its keys. */
  protected void restoreProgress(Map<String, Object> state) {}

  /** A number of a state that was checked before. */
  protected static double number(Map<String, ?> state, String key) {
    if (state.get(key) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException("loadStateDict: " + key + " is no number");
  }

  /** Sets the rates for epoch 0. */
  protected final void start() {
    step();
  }

  /** Goes back to the base rates and to epoch 0. */
  void restart() {
    for (int i = 0; i < baseLrs.size(); i++) {
      optimizer.groups().get(i).lr(baseLrs.get(i));
    }
    rejoin();
  }

  /** Goes back to epoch 0 on top of the rates that other schedules have set. */
  void rejoin() {
    lastEpoch = -1;
    stepCount = 0;
    step();
  }

  /** Sets the rates for the next epoch. */
  public void step() {
    stepTo(lastEpoch + 1);
  }

  final void stepTo(long epoch) {
    stepCount++;
    lastEpoch = epoch;
    List<ParameterGroup> groups = optimizer.groups();
    if (groups.size() != baseLrs.size()) {
      throw new IllegalStateException(
          name()
              + ": made for "
              + baseLrs.size()
              + " parameter groups, but the optimizer has "
              + groups.size()
              + "; make the schedule after addParamGroup");
    }
    for (int i = 0; i < groups.size(); i++) {
      groups.get(i).scheduled("lr", lr(groups.get(i), baseLrs.get(i)));
    }
    remember();
  }

  /** Takes the groups' rates as those that were set last. */
  final void remember() {
    lastLr = optimizer.groups().stream().map(ParameterGroup::lr).toList();
  }

  /** The rate of each group, as this schedule set it last. */
  public final List<Double> lastLr() {
    return lastLr;
  }

  /** How many times it stepped since it was made. */
  public final long lastEpoch() {
    return lastEpoch;
  }

  final void lastEpoch(long epoch) {
    lastEpoch = epoch;
  }

  public final Optimizer optimizer() {
    return optimizer;
  }

  /** The rates that the schedule starts from. */
  protected final List<Double> baseLrs() {
    return List.copyOf(baseLrs);
  }

  final String name() {
    return getClass().getSimpleName();
  }

  // ---------------------------------------------------------------------------------- state

  /** Settings and progress, under PyTorch's names. The rates themselves are the optimizer's. */
  public final LinkedHashMap<String, Object> stateDict() {
    var state = new LinkedHashMap<String, Object>();
    state.putAll(new TreeMap<>(settings())); // sorted, so that files come out the same each time
    state.putAll(new TreeMap<>(progress()));
    state.put("base_lrs", List.copyOf(baseLrs));
    state.put("last_epoch", lastEpoch);
    state.put("_step_count", stepCount);
    state.put("_last_lr", lastLr);
    return state;
  }

  /**
   * Continues from what {@link #stateDict} returned, here or in PyTorch. Entries that this schedule
   * does not use are passed over; everything else that does not fit is listed in one exception, and
   * then nothing is changed.
   */
  public final void loadStateDict(Map<String, ?> state) {
    var problems = new ArrayList<String>();
    check(state, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "loadStateDict: " + name() + ": nothing was loaded:\n  " + String.join("\n  ", problems));
    }
    lastEpoch = (long) number(state, "last_epoch");
    stepCount = state.get("_step_count") instanceof Number n ? n.longValue() : lastEpoch + 1;
    if (state.get("base_lrs") instanceof List<?> saved) {
      baseLrs.clear();
      saved.forEach(lr -> baseLrs.add(((Number) lr).doubleValue()));
    }
    if (state.get("_last_lr") instanceof List<?> saved) {
      lastLr = saved.stream().map(lr -> ((Number) lr).doubleValue()).toList();
    }
    var own = new LinkedHashMap<String, Object>();
    progress().keySet().forEach(key -> own.put(key, state.get(key)));
    restoreProgress(own);
  }

  void check(Map<String, ?> state, List<String> problems) {
    if (!(state.get("last_epoch") instanceof Number)) {
      problems.add("last_epoch is missing; is it the state dict of a schedule?");
    }
    new TreeMap<>(settings())
        .forEach(
            (key, mine) -> {
              Object saved = state.get(key);
              if (saved == null) {
                problems.add(key + " is missing");
              } else if (!normal(saved).equals(normal(mine))) {
                problems.add(key + " is " + mine + " here, " + saved + " in the state");
              }
            });
    new TreeMap<>(progress())
        .forEach(
            (key, mine) -> {
              Object saved = state.get(key);
              boolean fits = mine instanceof Number ? saved instanceof Number : saved != null;
              if (!fits) {
                problems.add(key + (saved == null ? " is missing" : " is no number: " + saved));
              }
            });
    for (String key : List.of("base_lrs", "_last_lr")) {
      if (state.get(key) instanceof List<?> rates
          && (rates.size() != baseLrs.size()
              || !rates.stream().allMatch(Number.class::isInstance))) {
        problems.add(
            key + " is " + rates + ", for an optimizer of " + baseLrs.size() + " parameter groups");
      }
    }
  }

  /** Numbers as doubles, in lists and maps too, so that 3 equals 3L and 3.0. */
  private static Object normal(Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Collection<?> items -> items.stream().map(LRScheduler::normal).toList();
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<Object, Object>();
        map.forEach((key, item) -> copy.put(normal(key), normal(item)));
        yield copy;
      }
      default -> value;
    };
  }

  // ---------------------------------------------------------------------------------- checks

  final double requireFinite(String setting, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          name() + ": " + setting + " " + value + ": must be finite");
    }
    return value;
  }

  /** Epochs as whole numbers. */
  static List<Long> wholeEpochs(String name, List<? extends Number> epochs) {
    for (Number epoch : epochs) {
      if (epoch.doubleValue() != epoch.longValue()) {
        throw new IllegalArgumentException(
            name + ": milestone " + epoch + ": must be a whole number, the number of an epoch");
      }
    }
    return epochs.stream().map(Number::longValue).toList();
  }

  final long requirePositive(String setting, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          name() + ": " + setting + " " + value + ": must be at least 1");
    }
    return value;
  }

  final double requireRange(String setting, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new IllegalArgumentException(
          name() + ": " + setting + " " + value + ": must be from " + low + " to " + high);
    }
    return value;
  }
}
