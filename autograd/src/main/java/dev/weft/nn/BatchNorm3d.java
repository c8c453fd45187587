package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Normalises each channel over samples and positions, in evaluation by running statistics. See
 * {@link Functional#batchNorm}. Weight starts at 1, bias at 0.
 *
 * <p>Shape: (N, C, D, H, W) → the same.
 */
public final class BatchNorm3d extends BatchNormNd {

  public BatchNorm3d(long numFeatures) {
    this(numFeatures, NormOptions.BATCH);
  }

  public BatchNorm3d(long numFeatures, NormOptions options) {
    super(numFeatures, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    requireShape(x, 5, 5, "(N, C, D, H, W)", 1);
    return normalise(x);
  }
}
