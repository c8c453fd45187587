package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * The largest elements of regions that cover the input evenly. See {@link
 * Functional#adaptiveMaxPool3d}.
 */
public final class AdaptiveMaxPool3d extends Module<Tensor, Tensor> {

  private final long[] outputSize;

  /** To one size for all dimensions, or one per dimension; −1 keeps a size. */
  public AdaptiveMaxPool3d(long... outputSize) {
    this.outputSize = outputSize.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.adaptiveMaxPool3d(x, outputSize);
  }

  /** The output, and where its elements were: PyTorch's {@code return_indices}. */
  public MaxPooled applyWithIndices(Tensor x) {
    return through(x, input -> Functional.adaptiveMaxPool3dWithIndices(input, outputSize));
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + Pooling.sizesText(outputSize);
  }
}
