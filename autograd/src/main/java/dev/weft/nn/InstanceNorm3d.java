package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Normalises each channel of each sample over positions. See {@link Functional#instanceNorm}. A
 * weight starts at 1, a bias at 0.
 *
 * <p>Shape: (N, C, D, H, W) or (C, D, H, W) → the same.
 */
public final class InstanceNorm3d extends InstanceNormNd {

  public InstanceNorm3d(long numFeatures) {
    this(numFeatures, NormOptions.INSTANCE);
  }

  public InstanceNorm3d(long numFeatures, NormOptions options) {
    super(numFeatures, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    requireShape(x, 4, 5, "(N, C, D, H, W) or (C, D, H, W)", x.rank() - 4);
    return normalise(x, x.rank() == 5);
  }
}
