package dev.weft.nn;

import dev.weft.engine.Tensor;

/** The mean of each window. See {@link Functional#avgPool2d(Tensor, PoolOptions)}. */
public final class AvgPool2d extends Module<Tensor, Tensor> {

  private final PoolOptions options;

  /** Windows side by side. */
  public AvgPool2d(long kernelSize) {
    this(PoolOptions.of(kernelSize));
  }

  public AvgPool2d(long kernelSize, long stride) {
    this(PoolOptions.of(kernelSize).stride(stride));
  }

  public AvgPool2d(long kernelSize, long stride, long padding) {
    this(PoolOptions.of(kernelSize).stride(stride).padding(padding));
  }

  public AvgPool2d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.avgPool2d(x, options);
  }

  @Override
  protected String extraRepr() {
    return Pooling.averageText(options);
  }
}
