package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A {@link Linear} that takes its number of inputs from the first tensor it meets. */
public final class LazyLinear extends LazyLayer<Linear> {

  private final long outFeatures;
  private final boolean bias;

  public LazyLinear(long outFeatures) {
    this(outFeatures, true);
  }

  public LazyLinear(long outFeatures, boolean bias) {
    this.outFeatures = Args.nonNegative("LazyLinear", "outFeatures", outFeatures);
    this.bias = bias;
  }

  @Override
  Linear build(long inputs) {
    return new Linear(inputs, outFeatures, bias);
  }

  @Override
  long inputs(Tensor x) {
    return x.spec().requireRank("LazyLinear", 1).shape().size(-1);
  }

  @Override
  long inputsOf(Tensor weight) {
    return weight.size(-1);
  }
}
