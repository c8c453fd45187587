package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Normalises each channel of each sample over positions. See {@link Functional#instanceNorm}. A
 * weight starts at 1, a bias at 0.
 *
 * <p>Shape: (N, C, L) or (C, L) → the same.
 */
public final class InstanceNorm1d extends InstanceNormNd {

  public InstanceNorm1d(long numFeatures) {
    this(numFeatures, NormOptions.INSTANCE);
  }

  public InstanceNorm1d(long numFeatures, NormOptions options) {
    super(numFeatures, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    requireShape(x, 2, 3, "(N, C, L) or (C, L)", x.rank() - 2);
    return normalise(x, x.rank() == 3);
  }
}
