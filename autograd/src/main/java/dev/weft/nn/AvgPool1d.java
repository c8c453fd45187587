package dev.weft.nn;

import dev.weft.engine.Tensor;

/** The mean of each window. See {@link Functional#avgPool1d(Tensor, PoolOptions)}. */
public final class AvgPool1d extends Module<Tensor, Tensor> {

  private final PoolOptions options;

  /** Windows side by side. */
  public AvgPool1d(long kernelSize) {
    this(PoolOptions.of(kernelSize));
  }

  public AvgPool1d(long kernelSize, long stride) {
    this(PoolOptions.of(kernelSize).stride(stride));
  }

  public AvgPool1d(long kernelSize, long stride, long padding) {
    this(PoolOptions.of(kernelSize).stride(stride).padding(padding));
  }

  public AvgPool1d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.avgPool1d(x, options);
  }

  @Override
  protected String extraRepr() {
    return Pooling.averageText(options);
  }
}
