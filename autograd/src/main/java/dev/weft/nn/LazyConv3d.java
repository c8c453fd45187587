package dev.weft.nn;

/** A {@link Conv3d} that takes its number of input channels from the first tensor it meets. */
public final class LazyConv3d extends LazyConvNd<Conv3d> {

  public LazyConv3d(long outChannels, long kernelSize) {
    this(outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public LazyConv3d(long outChannels, long kernelSize, ConvOptions options) {
    this(outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public LazyConv3d(long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(3, false, Conv3d::new, outChannels, kernelSize, options, bias);
  }
}
