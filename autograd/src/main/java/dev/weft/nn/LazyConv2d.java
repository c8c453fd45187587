package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link Conv2d} that takes its number of input channels from the first tensor it meets. */
public final class LazyConv2d extends LazyLayer<Conv2d> {

  private final long outChannels;
  private final long[] kernelSize;
  private final ConvOptions options;
  private final boolean bias;

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
    this.outChannels = outChannels;
    this.kernelSize = kernelSize.clone();
    this.options = options;
    this.bias = bias;
    build(options.groups()); // refuses now what the layer would refuse later
  }

  @Override
  Conv2d build(long inputs) {
    return new Conv2d(inputs, outChannels, kernelSize, options, bias);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 2);
  }

  @Override
  long inputsOf(Tensor weight) {
    return weight.size(1) * options.groups();
  }
}
