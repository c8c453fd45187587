package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * A {@link ConvTranspose2d} that takes its number of input channels from the first tensor it meets.
 */
public final class LazyConvTranspose2d extends LazyLayer<ConvTranspose2d> {

  private final long outChannels;
  private final long[] kernelSize;
  private final ConvOptions options;
  private final boolean bias;

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
    this.outChannels = outChannels;
    this.kernelSize = kernelSize.clone();
    this.options = options;
    this.bias = bias;
    build(options.groups()); // refuses now what the layer would refuse later
  }

  @Override
  ConvTranspose2d build(long inputs) {
    return new ConvTranspose2d(inputs, outChannels, kernelSize, options, bias);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 2);
  }

  @Override
  long inputsOf(Tensor weight) {
    return weight.size(0);
  }
}
