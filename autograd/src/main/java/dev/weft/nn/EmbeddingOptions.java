package dev.weft.nn;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Settings of {@link Embedding} and {@link EmbeddingBag}. Immutable; start from {@link #DEFAULT}.
 *
 * @param paddingIdx the number that stands for "nothing here": it gets no gradient, and bags leave
 *     it out; negative ones count from the end
 * @param maxNorm rows that are looked up and longer are scaled down to this length, in place
 * @param normType the p of that norm
 * @param scaleGradByFreq whether a row's gradient is divided by how often it was looked up. PyTorch
 *     means the same; the CPU kernel of its bags takes the count of another row when some repeat
 */
public record EmbeddingOptions(
    OptionalLong paddingIdx, OptionalDouble maxNorm, double normType, boolean scaleGradByFreq) {

  /** No padding, no limit, gradients as they are. */
  public static final EmbeddingOptions DEFAULT =
      new EmbeddingOptions(OptionalLong.empty(), OptionalDouble.empty(), 2, false);

  /** With a number for "nothing here". */
  public EmbeddingOptions paddingIdx(long paddingIdx) {
    return new EmbeddingOptions(OptionalLong.of(paddingIdx), maxNorm, normType, scaleGradByFreq);
  }

  /** With a limit to the length of rows. */
  public EmbeddingOptions maxNorm(double maxNorm) {
    return new EmbeddingOptions(paddingIdx, OptionalDouble.of(maxNorm), normType, scaleGradByFreq);
  }

  /** With another norm for the limit. */
  public EmbeddingOptions normType(double p) {
    return new EmbeddingOptions(paddingIdx, maxNorm, p, scaleGradByFreq);
  }

  /** With gradients divided by frequency, or not. */
  public EmbeddingOptions scaleGradByFreq(boolean scale) {
    return new EmbeddingOptions(paddingIdx, maxNorm, normType, scale);
  }
}
