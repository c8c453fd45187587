package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Convolution over one dimension; see {@link Functional#conv1d}.
 *
 * <p>Shape: (N, C, L) → (N, O, L'), both also without N; weight (O, C / groups, K), bias (O). Both
 * start uniform in ±1/√(C / groups · elements of the kernel), as in PyTorch.
 */
public final class Conv1d extends ConvNd {

  public Conv1d(long inChannels, long outChannels, long kernelSize) {
    this(inChannels, outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public Conv1d(long inChannels, long outChannels, long kernelSize, ConvOptions options) {
    this(inChannels, outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public Conv1d(
      long inChannels, long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(1, false, inChannels, outChannels, kernelSize, options, bias);
  }

  @Override
  ConvNd make(
      long inChannels, long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    return new Conv1d(inChannels, outChannels, kernelSize, options, bias);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.conv1d(x, weight, bias, options);
  }
}
