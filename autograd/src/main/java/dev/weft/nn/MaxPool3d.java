package dev.weft.nn;

import dev.weft.engine.Tensor;

/** The largest element of each window. See {@link Functional#maxPool3d(Tensor, PoolOptions)}. */
public final class MaxPool3d extends Module<Tensor, Tensor> {

  private final PoolOptions options;

  /** Windows side by side. */
  public MaxPool3d(long kernelSize) {
    this(PoolOptions.of(kernelSize));
  }

  public MaxPool3d(long kernelSize, long stride) {
    this(PoolOptions.of(kernelSize).stride(stride));
  }

  public MaxPool3d(long kernelSize, long stride, long padding) {
    this(PoolOptions.of(kernelSize).stride(stride).padding(padding));
  }

  public MaxPool3d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.maxPool3d(x, options);
  }

  /** The output, and where its elements were: PyTorch's {@code return_indices}. */
  public MaxPooled applyWithIndices(Tensor x) {
    return through(x, input -> Functional.maxPool3dWithIndices(input, options));
  }

  @Override
  protected String extraRepr() {
    return Pooling.maxText(options);
  }
}
