package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Sliding windows as columns. See {@link Functional#unfold}. */
public final class Unfold extends Module<Tensor, Tensor> {

  private final long[] kernelSize;
  private final ConvOptions options;

  /** Windows of this size, at every place. */
  public Unfold(long... kernelSize) {
    this(kernelSize, ConvOptions.DEFAULT);
  }

  /**
   * @param options stride, padding and dilation
   */
  public Unfold(long[] kernelSize, ConvOptions options) {
    this.kernelSize = kernelSize.clone();
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.unfold(x, kernelSize, options);
  }

  @Override
  protected String extraRepr() {
    return "kernel_size="
        + Pooling.sizesText(kernelSize)
        + ", dilation="
        + Pooling.text(options.dilation())
        + ", padding="
        + Pooling.text(options.padding())
        + ", stride="
        + Pooling.text(options.stride());
  }
}
