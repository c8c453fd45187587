package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link BatchNorm3d} that takes its number of channels from the first tensor it meets. */
public final class LazyBatchNorm3d extends LazyLayer<BatchNorm3d> {

  private final NormOptions options;

  public LazyBatchNorm3d() {
    this(NormOptions.BATCH);
  }

  public LazyBatchNorm3d(NormOptions options) {
    this.options = options;
  }

  @Override
  BatchNorm3d build(long inputs) {
    return new BatchNorm3d(inputs, options);
  }

  @Override
  long inputs(Tensor x) {
    return x.spec().requireRank("LazyBatchNorm3d", 2).shape().size(1);
  }

  @Override
  long inputsOf(Tensor state) {
    return state.numel();
  }
}
