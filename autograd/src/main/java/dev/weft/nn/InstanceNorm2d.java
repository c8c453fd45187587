package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Normalises each channel of each sample over positions. See {@link Functional#instanceNorm}. A
 * weight starts at 1, a bias at 0.
 *
 * <p>Shape: (N, C, H, W) or (C, H, W) → the same.
 */
public final class InstanceNorm2d extends InstanceNormNd {

  public InstanceNorm2d(long numFeatures) {
    this(numFeatures, NormOptions.INSTANCE);
  }

  public InstanceNorm2d(long numFeatures, NormOptions options) {
    super(numFeatures, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    requireShape(x, 3, 4, "(N, C, H, W) or (C, H, W)", x.rank() - 3);
    return normalise(x, x.rank() == 4);
  }
}
