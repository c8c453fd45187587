package dev.weft.nn;

import dev.weft.engine.Tensor;

/** An {@link InstanceNorm1d} that takes its number of channels from the first tensor it meets. */
public final class LazyInstanceNorm1d extends LazyNormNd<InstanceNorm1d> {

  public LazyInstanceNorm1d() {
    this(NormOptions.INSTANCE);
  }

  public LazyInstanceNorm1d(NormOptions options) {
    super(InstanceNorm1d::new, options);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 1);
  }
}
