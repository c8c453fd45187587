package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;

/**
 * {@link Functional#binaryCrossEntropy} with fixed options; the weight moves and is saved with the
 * module.
 */
public final class BCELoss extends Loss {

  private final Optional<Buffer> weight;
  private final Reduction reduction;

  /** With the mean. */
  public BCELoss() {
    this(Optional.empty(), Reduction.MEAN);
  }

  public BCELoss(Optional<? extends Tensor> weight, Reduction reduction) {
    this.weight = weight.map(Buffer::of);
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.binaryCrossEntropy(inputs.input(), inputs.target(), weight, reduction);
  }
}
