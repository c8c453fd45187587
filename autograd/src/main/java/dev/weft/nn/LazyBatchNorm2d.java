package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link BatchNorm2d} that takes its number of channels from the first tensor it meets. */
public final class LazyBatchNorm2d extends LazyLayer<BatchNorm2d> {

  private final NormOptions options;

  public LazyBatchNorm2d() {
    this(NormOptions.BATCH);
  }

  public LazyBatchNorm2d(NormOptions options) {
    this.options = options;
  }

  @Override
  BatchNorm2d build(long inputs) {
    return new BatchNorm2d(inputs, options);
  }

  @Override
  long inputs(Tensor x) {
    return x.spec().requireRank("LazyBatchNorm2d", 2).shape().size(1);
  }

  @Override
  long inputsOf(Tensor state) {
    return state.numel();
  }
}
