package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link BatchNorm3d} that takes its number of channels from the first tensor it meets. */
public final class LazyBatchNorm3d extends LazyNormNd<BatchNorm3d> {

  public LazyBatchNorm3d() {
    this(NormOptions.BATCH);
  }

  public LazyBatchNorm3d(NormOptions options) {
    super(BatchNorm3d::new, options);
  }

  @Override
  long inputs(Tensor x) {
    return x.spec().requireRank("LazyBatchNorm3d", 2).shape().size(1);
  }
}
