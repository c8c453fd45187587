package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Means of regions that cover the input evenly. See {@link Functional#adaptiveAvgPool3d}. */
public final class AdaptiveAvgPool3d extends Module<Tensor, Tensor> {

  private final long[] outputSize;

  /** To one size for all dimensions, or one per dimension; −1 keeps a size. */
  public AdaptiveAvgPool3d(long... outputSize) {
    this.outputSize = outputSize.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.adaptiveAvgPool3d(x, outputSize);
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + Pooling.sizesText(outputSize);
  }
}
