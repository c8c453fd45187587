package dev.weft.nn;

import dev.weft.engine.Tensor;

/** The mean of each window. See {@link Functional#avgPool3d(Tensor, PoolOptions)}. */
public final class AvgPool3d extends Module<Tensor, Tensor> {

  private final PoolOptions options;

  /** Windows side by side. */
  public AvgPool3d(long kernelSize) {
    this(PoolOptions.of(kernelSize));
  }

  public AvgPool3d(long kernelSize, long stride) {
    this(PoolOptions.of(kernelSize).stride(stride));
  }

  public AvgPool3d(long kernelSize, long stride, long padding) {
    this(PoolOptions.of(kernelSize).stride(stride).padding(padding));
  }

  public AvgPool3d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.avgPool3d(x, options);
  }

  @Override
  protected String extraRepr() {
    return Pooling.averageText(options);
  }
}
