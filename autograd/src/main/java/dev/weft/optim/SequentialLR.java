package dev.weft.optim;

import java.util.List;
import java.util.Map;

/** One schedule after the other: the next begins, at its own epoch 0, at each milestone. */
public final class SequentialLR extends LRScheduler {

  private final List<LRScheduler> schedules;
  private final List<Long> milestones;

  /**
   * Schedules of one optimizer. They have all acted on it when they were made; the rates go back to
   * the base rates, and the first begins.
   *
   * @param milestones ascending, one fewer than schedules
   */
  public SequentialLR(
      Optimizer optimizer,
      List<? extends LRScheduler> schedules,
      List<? extends Number> milestones) {
    super(optimizer);
    this.schedules = List.copyOf(schedules);
    this.milestones = wholeEpochs("SequentialLR", milestones);
    if (schedules.isEmpty() || milestones.size() != schedules.size() - 1) {
      throw new IllegalArgumentException(
          "SequentialLR: "
              + schedules.size()
              + " schedules, "
              + milestones.size()
              + " milestones: needs one milestone between each two schedules");
    }
    for (int i = 0; i < this.milestones.size(); i++) {
      if (this.milestones.get(i) <= (i == 0 ? 0 : this.milestones.get(i - 1))) {
        throw new IllegalArgumentException(
            "SequentialLR: milestones " + milestones + ": must be above 0 and ascend");
      }
    }
    ChainedScheduler.requireOneOptimizer("SequentialLR", optimizer, schedules);
    restart();
  }

  @Override
  void rejoin() {
    lastEpoch(0);
    schedules.getFirst().rejoin();
    remember();
  }

  @Override
  public void step() {
    long epoch = lastEpoch() + 1;
    int index = 0;
    while (index < milestones.size() && milestones.get(index) <= epoch) {
      index++;
    }
    if (index > 0 && milestones.get(index - 1) == epoch) {
      schedules.get(index).restart();
    } else {
      schedules.get(index).step();
    }
    lastEpoch(epoch);
    remember();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    return group.lr(); // set by the schedule whose turn it is
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("_milestones", milestones);
  }

  @Override
  protected Map<String, Object> progress() {
    return Map.of("_schedulers", ChainedScheduler.states(schedules));
  }

  @Override
  void check(Map<String, ?> state, List<String> problems) {
    super.check(state, problems);
    ChainedScheduler.checkStates(state.get("_schedulers"), schedules, problems);
  }

  @Override
  protected void restoreProgress(Map<String, Object> state) {
    ChainedScheduler.restoreStates(state.get("_schedulers"), schedules);
  }
}
