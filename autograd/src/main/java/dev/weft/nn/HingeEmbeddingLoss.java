package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** {@link Functional#hingeEmbeddingLoss} with fixed options. */
public final class HingeEmbeddingLoss extends Loss {

  private final double margin;
  private final Reduction reduction;

  /** With margin 1 and the mean. */
  public HingeEmbeddingLoss() {
    this(1, Reduction.MEAN);
  }

  public HingeEmbeddingLoss(double margin, Reduction reduction) {
    this.margin = margin;
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.hingeEmbeddingLoss(inputs.input(), inputs.target(), margin, reduction);
  }
}
