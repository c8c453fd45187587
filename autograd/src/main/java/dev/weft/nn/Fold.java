package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Adds columns of sliding windows back to an image. See {@link Functional#fold}. */
public final class Fold extends Module<Tensor, Tensor> {

  private final long[] outputSize;
  private final long[] kernelSize;
  private final ConvOptions options;

  /** Windows of this size, at every place. */
  public Fold(long[] outputSize, long... kernelSize) {
    this(outputSize, kernelSize, ConvOptions.DEFAULT);
  }

  /**
   * @param options stride, padding and dilation
   */
  public Fold(long[] outputSize, long[] kernelSize, ConvOptions options) {
    this.outputSize = outputSize.clone();
    this.kernelSize = kernelSize.clone();
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.fold(x, outputSize, kernelSize, options);
  }

  @Override
  protected String extraRepr() {
    return "output_size="
        + Pooling.sizesText(outputSize)
        + ", "
        + "kernel_size="
        + Pooling.sizesText(kernelSize)
        + ", dilation="
        + Pooling.text(options.dilation())
        + ", padding="
        + Pooling.text(options.padding())
        + ", stride="
        + Pooling.text(options.stride());
  }
}
