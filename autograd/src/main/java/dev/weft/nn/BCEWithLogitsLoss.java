package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;

/**
 * {@link Functional#binaryCrossEntropyWithLogits} with fixed options; the weights move and are
 * saved with the module.
 */
public final class BCEWithLogitsLoss extends Loss {

  private final Optional<Buffer> weight;

  @StateName("pos_weight")
  private final Optional<Buffer> positiveWeight;

  private final Reduction reduction;

  /** With the mean. */
  public BCEWithLogitsLoss() {
    this(Optional.empty(), Optional.empty(), Reduction.MEAN);
  }

  public BCEWithLogitsLoss(
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> positiveWeight,
      Reduction reduction) {
    this.weight = weight.map(Buffer::of);
    this.positiveWeight = positiveWeight.map(Buffer::of);
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.binaryCrossEntropyWithLogits(
        inputs.input(), inputs.target(), weight, positiveWeight, reduction);
  }
}
