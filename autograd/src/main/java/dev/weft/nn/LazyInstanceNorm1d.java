package dev.weft.nn;

import dev.weft.engine.Tensor;

/** An {@link InstanceNorm1d} that takes its number of channels from the first tensor it meets. */
public final class LazyInstanceNorm1d extends LazyLayer<InstanceNorm1d> {

  private final NormOptions options;

  public LazyInstanceNorm1d() {
    this(NormOptions.INSTANCE);
  }

  public LazyInstanceNorm1d(NormOptions options) {
    this.options = options;
  }

  @Override
  InstanceNorm1d build(long inputs) {
    return new InstanceNorm1d(inputs, options);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 1);
  }

  @Override
  long inputsOf(Tensor state) {
    return state.numel();
  }
}
