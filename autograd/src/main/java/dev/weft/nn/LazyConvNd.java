package dev.weft.nn;

import dev.weft.engine.Tensor;

/** What lazy convolutions share. */
abstract class LazyConvNd<M extends Module<Tensor, Tensor>> extends LazyLayer<M> {

  /** The constructor of the convolution with all its arguments. */
  @FunctionalInterface
  interface Constructor<M> {
    M create(
        long inChannels, long outChannels, long[] kernelSize, ConvOptions options, boolean bias);
  }

  private final int dims;
  private final boolean transposed;
  private final transient Constructor<M> constructor;
  private final long outChannels;
  private final long[] kernelSize;
  private final ConvOptions options;
  private final boolean bias;

  LazyConvNd(
      int dims,
      boolean transposed,
      Constructor<M> constructor,
      long outChannels,
      long[] kernelSize,
      ConvOptions options,
      boolean bias) {
    this.dims = dims;
    this.transposed = transposed;
    this.constructor = constructor;
    this.outChannels = outChannels;
    this.kernelSize = kernelSize.clone();
    this.options = options;
    this.bias = bias;
    build(options.groups()); // refuses now what the layer would refuse later
  }

  @Override
  final M build(long inputs) {
    return constructor.create(inputs, outChannels, kernelSize, options, bias);
  }

  @Override
  final long inputs(Tensor x) {
    return channels(x, dims);
  }

  @Override
  final long inputsOf(Tensor weight) {
    return transposed ? weight.size(0) : weight.size(1) * options.groups();
  }
}
