package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link Conv1d} that takes its number of input channels from the first tensor it meets. */
public final class LazyConv1d extends LazyLayer<Conv1d> {

  private final long outChannels;
  private final long[] kernelSize;
  private final ConvOptions options;
  private final boolean bias;

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
    this.outChannels = outChannels;
    this.kernelSize = kernelSize.clone();
    this.options = options;
    this.bias = bias;
    build(options.groups()); // refuses now what the layer would refuse later
  }

  @Override
  Conv1d build(long inputs) {
    return new Conv1d(inputs, outChannels, kernelSize, options, bias);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 1);
  }

  @Override
  long inputsOf(Tensor weight) {
    return weight.size(1) * options.groups();
  }
}
