package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** (x − y)², reduced. */
public final class MSELoss extends Loss {

  private final Reduction reduction;

  /** With the mean. */
  public MSELoss() {
    this(Reduction.MEAN);
  }

  public MSELoss(Reduction reduction) {
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.mseLoss(inputs.input(), inputs.target(), reduction);
  }
}
