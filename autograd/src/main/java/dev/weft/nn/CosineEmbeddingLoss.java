package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** {@link Functional#cosineEmbeddingLoss} with fixed options. */
public final class CosineEmbeddingLoss extends PairLoss {

  private final double margin;
  private final Reduction reduction;

  /** With margin 0 and the mean. */
  public CosineEmbeddingLoss() {
    this(0, Reduction.MEAN);
  }

  public CosineEmbeddingLoss(double margin, Reduction reduction) {
    this.margin = margin;
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs in) {
    return Functional.cosineEmbeddingLoss(in.input1(), in.input2(), in.target(), margin, reduction);
  }
}
