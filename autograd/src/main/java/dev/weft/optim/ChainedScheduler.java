package dev.weft.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Several schedules at once: each acts on the rate that the one before has left. */
public final class ChainedScheduler extends LRScheduler {

  private final List<LRScheduler> schedules;

  /** Schedules of one optimizer, on which they have acted when they were made. */
  public ChainedScheduler(Optimizer optimizer, List<? extends LRScheduler> schedules) {
    super(optimizer);
    if (schedules.isEmpty()) {
      throw new IllegalArgumentException("ChainedScheduler: there is no schedule");
    }
    this.schedules = List.copyOf(schedules);
    requireOneOptimizer("ChainedScheduler", optimizer, schedules);
    lastEpoch(0);
    remember();
  }

  static void requireOneOptimizer(
      String name, Optimizer optimizer, List<? extends LRScheduler> schedules) {
    for (int i = 0; i < schedules.size(); i++) {
      if (schedules.get(i).optimizer() != optimizer) {
        throw new IllegalArgumentException(
            name + ": schedule " + i + " (" + schedules.get(i).name() + ") has another optimizer");
      }
      if (schedules.get(i) instanceof ReduceLROnPlateau) {
        throw new IllegalArgumentException(
            name + ": schedule " + i + " is a ReduceLROnPlateau, which needs a metric to step");
      }
    }
  }

  @Override
  void rejoin() {
    lastEpoch(0);
    schedules.forEach(LRScheduler::rejoin);
    remember();
  }

  @Override
  public void step() {
    schedules.forEach(LRScheduler::step);
    lastEpoch(lastEpoch() + 1);
    remember();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    return group.lr(); // set by the schedules
  }

  @Override
  protected Map<String, Object> progress() {
    return Map.of("_schedulers", states(schedules));
  }

  @Override
  void check(Map<String, ?> state, List<String> problems) {
    super.check(state, problems);
    checkStates(state.get("_schedulers"), schedules, problems);
  }

  @Override
  protected void restoreProgress(Map<String, Object> state) {
    restoreStates(state.get("_schedulers"), schedules);
  }

  static List<Object> states(List<LRScheduler> schedules) {
    return schedules.stream().map(schedule -> (Object) schedule.stateDict()).toList();
  }

  static void checkStates(
      @Nullable Object saved, List<LRScheduler> schedules, List<String> problems) {
    if (!(saved instanceof List<?> states) || states.size() != schedules.size()) {
      problems.add("_schedulers: needs the states of " + schedules.size() + " schedules");
      return;
    }
    for (int i = 0; i < schedules.size(); i++) {
      var inner = new java.util.ArrayList<String>();
      schedules.get(i).check(keyed(states.get(i)), inner);
      String where = "_schedulers[" + i + "]: ";
      inner.forEach(problem -> problems.add(where + problem));
    }
  }

  static void restoreStates(@Nullable Object saved, List<LRScheduler> schedules) {
    for (int i = 0; i < schedules.size() && saved instanceof List<?> states; i++) {
      schedules.get(i).loadStateDict(keyed(states.get(i)));
    }
  }

  private static Map<String, Object> keyed(@Nullable Object state) {
    var map = new LinkedHashMap<String, Object>();
    if (state instanceof Map<?, ?> entries) {
      entries.forEach(
          (key, value) -> {
            if (value != null) {
              map.put(String.valueOf(key), value);
            }
          });
    }
    return map;
  }
}
