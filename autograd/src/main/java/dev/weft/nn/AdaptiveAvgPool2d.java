package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Means of regions that cover the input evenly. See {@link Functional#adaptiveAvgPool2d}. */
public final class AdaptiveAvgPool2d extends Module<Tensor, Tensor> {

  private final long[] outputSize;

  /** To one size for all dimensions, or one per dimension; −1 keeps a size. */
  public AdaptiveAvgPool2d(long... outputSize) {
    this.outputSize = outputSize.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.adaptiveAvgPool2d(x, outputSize);
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + Pooling.sizesText(outputSize);
  }
}
