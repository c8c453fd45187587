package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Convolution over two dimensions; see {@link Functional#conv2d}.
 *
 * <p>Shape: (N, C, H, W) → (N, O, H', W'), both also without N; weight (O, C / groups, K, K'), bias
 * (O). Both start uniform in ±1/√(C / groups · elements of the kernel), as in PyTorch.
 */
public final class Conv2d extends ConvNd {

  public Conv2d(long inChannels, long outChannels, long kernelSize) {
    this(inChannels, outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public Conv2d(long inChannels, long outChannels, long kernelSize, ConvOptions options) {
    this(inChannels, outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public Conv2d(
      long inChannels, long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(2, false, inChannels, outChannels, kernelSize, options, bias);
  }

  @Override
  ConvNd make(
      long inChannels, long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    return new Conv2d(inChannels, outChannels, kernelSize, options, bias);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.conv2d(x, weight, bias, options);
  }
}
