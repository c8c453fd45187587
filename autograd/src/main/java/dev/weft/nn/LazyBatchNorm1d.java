package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link BatchNorm1d} that takes its number of channels from the first tensor it meets. */
public final class LazyBatchNorm1d extends LazyLayer<BatchNorm1d> {

  private final NormOptions options;

  public LazyBatchNorm1d() {
    this(NormOptions.BATCH);
  }

  public LazyBatchNorm1d(NormOptions options) {
    this.options = options;
  }

  @Override
  BatchNorm1d build(long inputs) {
    return new BatchNorm1d(inputs, options);
  }

  @Override
  long inputs(Tensor x) {
    return x.spec().requireRank("LazyBatchNorm1d", 2).shape().size(1);
  }

  @Override
  long inputsOf(Tensor state) {
    return state.numel();
  }
}
