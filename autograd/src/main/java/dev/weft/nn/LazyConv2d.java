package dev.weft.nn;

/** A {@link Conv2d} that takes its number of input channels from the first tensor it meets. */
public final class LazyConv2d extends LazyConvNd<Conv2d> {

  public LazyConv2d(long outChannels, long kernelSize) {
    this(outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public LazyConv2d(long outChannels, long kernelSize, ConvOptions options) {
    this(outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public LazyConv2d(long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(2, false, Conv2d::new, outChannels, kernelSize, options, bias);
  }
}
