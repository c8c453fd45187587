package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;

/**
 * {@link Functional#multilabelSoftMarginLoss} with fixed options; the weight moves and is saved
 * with the module.
 */
public final class MultiLabelSoftMarginLoss extends Loss {

  private final Optional<Buffer> weight;
  private final Reduction reduction;

  /** With the mean. */
  public MultiLabelSoftMarginLoss() {
    this(Optional.empty(), Reduction.MEAN);
  }

  public MultiLabelSoftMarginLoss(Optional<? extends Tensor> weight, Reduction reduction) {
    this.weight = weight.map(Buffer::of);
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.multilabelSoftMarginLoss(inputs.input(), inputs.target(), weight, reduction);
  }
}
