package dev.weft.optim;

import java.util.List;
import java.util.function.LongToDoubleFunction;

/** Multiplies the rate in each epoch by a function of the epoch. The function is not saved. */
public final class MultiplicativeLR extends LRScheduler {

  private final List<LongToDoubleFunction> factors;

  /** One function for all groups. */
  public MultiplicativeLR(Optimizer optimizer, LongToDoubleFunction factor) {
    this(optimizer, optimizer.groups().stream().map(_ -> factor).toList());
  }

  /** One function per group. */
  public MultiplicativeLR(Optimizer optimizer, List<LongToDoubleFunction> factors) {
    super(optimizer);
    this.factors = LambdaLR.perGroup(this, optimizer, factors);
    start();
  }

  /** In a sequence it goes on from the rates that it finds, times its factors for epoch 0. */
  @Override
  void restart() {
    rejoin();
    List<ParameterGroup> groups = optimizer().groups();
    for (int i = 0; i < groups.size(); i++) {
      groups.get(i).scheduled("lr", groups.get(i).lr() * factors.get(i).applyAsDouble(0));
    }
    remember();
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    int index = optimizer().groups().indexOf(group);
    return lastEpoch() == 0
        ? group.lr()
        : group.lr() * factors.get(index).applyAsDouble(lastEpoch());
  }
}
