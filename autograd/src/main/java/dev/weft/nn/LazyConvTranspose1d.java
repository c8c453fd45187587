package dev.weft.nn;

/**
 * A {@link ConvTranspose1d} that takes its number of input channels from the first tensor it meets.
 */
public final class LazyConvTranspose1d extends LazyConvNd<ConvTranspose1d> {

  public LazyConvTranspose1d(long outChannels, long kernelSize) {
    this(outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public LazyConvTranspose1d(long outChannels, long kernelSize, ConvOptions options) {
    this(outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public LazyConvTranspose1d(
      long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(1, true, ConvTranspose1d::new, outChannels, kernelSize, options, bias);
  }
}
