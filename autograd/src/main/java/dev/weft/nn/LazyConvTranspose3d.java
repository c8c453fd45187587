package dev.weft.nn;

/**
 * A {@link ConvTranspose3d} that takes its number of input channels from the first tensor it meets.
 */
public final class LazyConvTranspose3d extends LazyConvNd<ConvTranspose3d> {

  public LazyConvTranspose3d(long outChannels, long kernelSize) {
    this(outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public LazyConvTranspose3d(long outChannels, long kernelSize, ConvOptions options) {
    this(outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public LazyConvTranspose3d(
      long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(3, true, ConvTranspose3d::new, outChannels, kernelSize, options, bias);
  }
}
