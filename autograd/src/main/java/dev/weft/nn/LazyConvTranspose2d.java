package dev.weft.nn;

/**
 * A {@link ConvTranspose2d} that takes its number of input channels from the first tensor it meets.
 */
public final class LazyConvTranspose2d extends LazyConvNd<ConvTranspose2d> {

  public LazyConvTranspose2d(long outChannels, long kernelSize) {
    this(outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public LazyConvTranspose2d(long outChannels, long kernelSize, ConvOptions options) {
    this(outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public LazyConvTranspose2d(
      long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(2, true, ConvTranspose2d::new, outChannels, kernelSize, options, bias);
  }
}
