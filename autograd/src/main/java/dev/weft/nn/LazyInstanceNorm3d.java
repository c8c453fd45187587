package dev.weft.nn;

import dev.weft.engine.Tensor;

/** An {@link InstanceNorm3d} that takes its number of channels from the first tensor it meets. */
public final class LazyInstanceNorm3d extends LazyLayer<InstanceNorm3d> {

  private final NormOptions options;

  public LazyInstanceNorm3d() {
    this(NormOptions.INSTANCE);
  }

  public LazyInstanceNorm3d(NormOptions options) {
    this.options = options;
  }

  @Override
  InstanceNorm3d build(long inputs) {
    return new InstanceNorm3d(inputs, options);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 3);
  }

  @Override
  long inputsOf(Tensor state) {
    return state.numel();
  }
}
