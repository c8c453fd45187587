package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** {@link Functional#huberLoss} with fixed options. */
public final class HuberLoss extends Loss {

  private final Reduction reduction;
  private final double delta;

  /** With the mean and δ = 1. */
  public HuberLoss() {
    this(Reduction.MEAN, 1);
  }

  public HuberLoss(Reduction reduction, double delta) {
    this.reduction = reduction;
    this.delta = Args.aboveZero("HuberLoss", "delta", delta);
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.huberLoss(inputs.input(), inputs.target(), reduction, delta);
  }
}
