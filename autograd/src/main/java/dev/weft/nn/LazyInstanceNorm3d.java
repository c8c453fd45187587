package dev.weft.nn;

import dev.weft.engine.Tensor;

/** An {@link InstanceNorm3d} that takes its number of channels from the first tensor it meets. */
public final class LazyInstanceNorm3d extends LazyNormNd<InstanceNorm3d> {

  public LazyInstanceNorm3d() {
    this(NormOptions.INSTANCE);
  }

  public LazyInstanceNorm3d(NormOptions options) {
    super(InstanceNorm3d::new, options);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 3);
  }
}
