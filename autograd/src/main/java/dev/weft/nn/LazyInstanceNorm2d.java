package dev.weft.nn;

import dev.weft.engine.Tensor;

/** An {@link InstanceNorm2d} that takes its number of channels from the first tensor it meets. */
public final class LazyInstanceNorm2d extends LazyNormNd<InstanceNorm2d> {

  public LazyInstanceNorm2d() {
    this(NormOptions.INSTANCE);
  }

  public LazyInstanceNorm2d(NormOptions options) {
    super(InstanceNorm2d::new, options);
  }

  @Override
  long inputs(Tensor x) {
    return channels(x, 2);
  }
}
