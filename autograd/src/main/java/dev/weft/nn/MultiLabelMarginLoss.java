package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** {@link Functional#multilabelMarginLoss} with a fixed reduction. */
public final class MultiLabelMarginLoss extends Loss {

  private final Reduction reduction;

  /** With the mean. */
  public MultiLabelMarginLoss() {
    this(Reduction.MEAN);
  }

  public MultiLabelMarginLoss(Reduction reduction) {
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.multilabelMarginLoss(inputs.input(), inputs.target(), reduction);
  }
}
