package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** |x − y|, reduced. */
public final class L1Loss extends Loss {

  private final Reduction reduction;

  /** With the mean. */
  public L1Loss() {
    this(Reduction.MEAN);
  }

  public L1Loss(Reduction reduction) {
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.l1Loss(inputs.input(), inputs.target(), reduction);
  }
}
