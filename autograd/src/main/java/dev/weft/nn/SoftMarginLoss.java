package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** log(1 + e^(−yx)), reduced. */
public final class SoftMarginLoss extends Loss {

  private final Reduction reduction;

  /** With the mean. */
  public SoftMarginLoss() {
    this(Reduction.MEAN);
  }

  public SoftMarginLoss(Reduction reduction) {
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.softMarginLoss(inputs.input(), inputs.target(), reduction);
  }
}
