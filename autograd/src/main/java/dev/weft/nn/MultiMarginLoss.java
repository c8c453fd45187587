package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;

/**
 * {@link Functional#multiMarginLoss} with fixed options; the weight moves and is saved with the
 * module.
 */
public final class MultiMarginLoss extends Loss {

  private final int p;
  private final double margin;
  private final Optional<Buffer> weight;
  private final Reduction reduction;

  /** With p = 1, margin 1 and the mean. */
  public MultiMarginLoss() {
    this(1, 1, Optional.empty(), Reduction.MEAN);
  }

  public MultiMarginLoss(
      int p, double margin, Optional<? extends Tensor> weight, Reduction reduction) {
    this.p = MarginLosses.exponent("MultiMarginLoss", p);
    this.margin = margin;
    this.weight = weight.map(Buffer::of);
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.multiMarginLoss(
        inputs.input(), inputs.target(), p, margin, weight, reduction);
  }
}
