package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link BatchNorm1d} that takes its number of channels from the first tensor it meets. */
public final class LazyBatchNorm1d extends LazyNormNd<BatchNorm1d> {

  public LazyBatchNorm1d() {
    this(NormOptions.BATCH);
  }

  public LazyBatchNorm1d(NormOptions options) {
    super(BatchNorm1d::new, options);
  }

  @Override
  long inputs(Tensor x) {
    return x.spec().requireRank("LazyBatchNorm1d", 2).shape().size(1);
  }
}
