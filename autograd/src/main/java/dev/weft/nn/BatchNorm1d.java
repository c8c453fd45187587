package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Normalises each channel over samples and positions, in evaluation by running statistics. See
 * {@link Functional#batchNorm}. Weight starts at 1, bias at 0.
 *
 * <p>Shape: (N, C) or (N, C, L) → the same.
 */
public final class BatchNorm1d extends BatchNormNd {

  public BatchNorm1d(long numFeatures) {
    this(numFeatures, NormOptions.BATCH);
  }

  public BatchNorm1d(long numFeatures, NormOptions options) {
    super(numFeatures, options);
  }

  @Override
  protected Tensor forward(Tensor x) {
    requireShape(x, 2, 3, "(N, C) or (N, C, L)", 1);
    return normalise(x);
  }
}
