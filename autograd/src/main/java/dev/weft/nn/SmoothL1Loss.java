package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** {@link Functional#smoothL1Loss} with fixed options. */
public final class SmoothL1Loss extends Loss {

  private final Reduction reduction;
  private final double beta;

  /** With the mean and β = 1. */
  public SmoothL1Loss() {
    this(Reduction.MEAN, 1);
  }

  public SmoothL1Loss(Reduction reduction, double beta) {
    this.reduction = reduction;
    this.beta = Args.atLeastZero("SmoothL1Loss", "beta", beta);
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.smoothL1Loss(inputs.input(), inputs.target(), reduction, beta);
  }
}
