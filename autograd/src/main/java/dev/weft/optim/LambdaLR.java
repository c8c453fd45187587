package dev.weft.optim;

import java.util.List;
import java.util.function.LongToDoubleFunction;

/** The base rate times a function of the epoch. The function is not saved. */
public final class LambdaLR extends LRScheduler {

  private final List<LongToDoubleFunction> factors;

  /** One function for all groups. */
  public LambdaLR(Optimizer optimizer, LongToDoubleFunction factor) {
    this(optimizer, optimizer.groups().stream().map(_ -> factor).toList());
  }

  /** One function per group. */
  public LambdaLR(Optimizer optimizer, List<LongToDoubleFunction> factors) {
    super(optimizer);
    this.factors = perGroup(this, optimizer, factors);
    start();
  }

  static List<LongToDoubleFunction> perGroup(
      LRScheduler schedule, Optimizer optimizer, List<LongToDoubleFunction> factors) {
    if (factors.size() != optimizer.groups().size()) {
      throw new IllegalArgumentException(
          schedule.name()
              + ": "
              + factors.size()
              + " functions for "
              + optimizer.groups().size()
              + " parameter groups");
    }
    return List.copyOf(factors);
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    int index = optimizer().groups().indexOf(group);
    return baseLr * factors.get(index).applyAsDouble(lastEpoch());
  }
}
