package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * The largest elements of regions that cover the input evenly. See {@link
 * Functional#adaptiveMaxPool1d}.
 */
public final class AdaptiveMaxPool1d extends Module<Tensor, Tensor> {

  private final long outputSize;

  /** To this many elements per channel. */
  public AdaptiveMaxPool1d(long outputSize) {
    this.outputSize = outputSize;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.adaptiveMaxPool1d(x, outputSize);
  }

  /** The output, and where its elements were: PyTorch's {@code return_indices}. */
  public MaxPooled applyWithIndices(Tensor x) {
    return through(x, input -> Functional.adaptiveMaxPool1dWithIndices(input, outputSize));
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + String.valueOf(outputSize);
  }
}
