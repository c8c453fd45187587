package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link BatchNorm2d} that takes its number of channels from the first tensor it meets. */
public final class LazyBatchNorm2d extends LazyNormNd<BatchNorm2d> {

  public LazyBatchNorm2d() {
    this(NormOptions.BATCH);
  }

  public LazyBatchNorm2d(NormOptions options) {
    super(BatchNorm2d::new, options);
  }

  @Override
  long inputs(Tensor x) {
    return x.spec().requireRank("LazyBatchNorm2d", 2).shape().size(1);
  }
}
