package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * The largest elements of regions that cover the input evenly. See {@link
 * Functional#adaptiveMaxPool2d}.
 */
public final class AdaptiveMaxPool2d extends Module<Tensor, Tensor> {

  private final long[] outputSize;

  /** To one size for all dimensions, or one per dimension; −1 keeps a size. */
  public AdaptiveMaxPool2d(long... outputSize) {
    this.outputSize = outputSize.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.adaptiveMaxPool2d(x, outputSize);
  }

  /** The output, and where its elements were: PyTorch's {@code return_indices}. */
  public MaxPooled applyWithIndices(Tensor x) {
    return through(x, input -> Functional.adaptiveMaxPool2dWithIndices(input, outputSize));
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + Pooling.sizesText(outputSize);
  }
}
