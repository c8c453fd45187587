package dev.weft.nn;

import dev.weft.engine.Tensor;

/** An {@link InstanceNorm2d} that takes its number of channels from the first tensor it meets. */
public final class LazyInstanceNorm2d extends LazyLayer<InstanceNorm2d> {

  private final NormOptions options;

  public LazyInstanceNorm2d() {
    this(NormOptions.INSTANCE);
  }

  public LazyInstanceNorm2d(NormOptions options) {
    this.options = options;
  }

  @Override
  InstanceNorm2d build(long inputs) {
    return new InstanceNorm2d(inputs, options);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 2);
  }

  @Override
  long inputsOf(Tensor state) {
    return state.numel();
  }
}
