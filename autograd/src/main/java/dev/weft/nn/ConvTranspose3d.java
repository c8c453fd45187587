package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Transposed convolution over three dimensions; see {@link Functional#convTranspose3d}.
 *
 * <p>Shape: (N, C, D, H, W) → (N, O, D', H', W'), both also without N; weight (C, O / groups, K,
 * K', K"), bias (O). Both start uniform in ±1/√(O / groups · elements of the kernel), as in
 * PyTorch.
 */
public final class ConvTranspose3d extends ConvNd {

  public ConvTranspose3d(long inChannels, long outChannels, long kernelSize) {
    this(inChannels, outChannels, kernelSize, ConvOptions.DEFAULT);
  }

  public ConvTranspose3d(long inChannels, long outChannels, long kernelSize, ConvOptions options) {
    this(inChannels, outChannels, new long[] {kernelSize}, options, true);
  }

  /**
   * With a kernel of one size per dimension, or one for all.
   *
   * @param bias whether there is a bias
   */
  public ConvTranspose3d(
      long inChannels, long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    super(3, true, inChannels, outChannels, kernelSize, options, bias);
  }

  @Override
  ConvNd make(
      long inChannels, long outChannels, long[] kernelSize, ConvOptions options, boolean bias) {
    return new ConvTranspose3d(inChannels, outChannels, kernelSize, options, bias);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.convTranspose3d(x, weight, bias, options);
  }

  /**
   * The output of the size wanted, among those that the stride allows: the output padding follows
   * from it.
   */
  public Tensor apply(Tensor x, long... outputSize) {
    return through(
        x, input -> Functional.convTranspose3d(input, weight, bias, fitting(input, outputSize)));
  }
}
