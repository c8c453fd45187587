package dev.weft.nn;

/** A {@link Conv1d} that takes its number of input channels from the first tensor it meets. */
public final class LazyConv1d extends LazyConvNd<Conv1d> {

  public LazyConv1d(long outChannels, long kernelSize) {
    this(outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public LazyConv1d(long outChannels, long kernelSize, ConvOptions options) {
    this(outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public LazyConv1d(long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(1, false, Conv1d::new, outChannels, kernelSize, options, bias);
  }
}
