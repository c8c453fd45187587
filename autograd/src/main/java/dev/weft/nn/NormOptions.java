package dev.weft.nn;

import java.util.OptionalDouble;

/**
 * Settings of batch and instance normalisation. Immutable; start from {@link #BATCH} or {@link
 * #INSTANCE}, the defaults of either.
 *
 * @param eps ε, added to the variance
 * @param momentum the weight of a batch in the running statistics; empty for the plain average over
 *     all batches so far
 * @param affine whether there are a weight and a bias
 * @param trackRunningStats whether there are running statistics, which evaluation uses
 */
public record NormOptions(
    double eps, OptionalDouble momentum, boolean affine, boolean trackRunningStats) {

  /** ε = 1e-5, momentum 0.1, with weight, bias and running statistics. */
  public static final NormOptions BATCH = new NormOptions(1e-5, OptionalDouble.of(0.1), true, true);

  /** ε = 1e-5, momentum 0.1, without weight, bias and running statistics. */
  public static final NormOptions INSTANCE =
      new NormOptions(1e-5, OptionalDouble.of(0.1), false, false);

  public NormOptions {
    if (!(eps >= 0)) {
      throw new IllegalArgumentException("norm: eps " + eps + ": must not be negative");
    }
    double weight = momentum.orElse(0);
    if (!(weight >= 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          "norm: momentum " + weight + ": must be from 0 to 1, the weight of a new batch");
    }
  }

  /** With another ε. */
  public NormOptions eps(double eps) {
    return new NormOptions(eps, momentum, affine, trackRunningStats);
  }

  /** With another weight of a batch. */
  public NormOptions momentum(double momentum) {
    return new NormOptions(eps, OptionalDouble.of(momentum), affine, trackRunningStats);
  }

  /** With the plain average over all batches: PyTorch's {@code momentum=None}. */
  public NormOptions cumulative() {
    return new NormOptions(eps, OptionalDouble.empty(), affine, trackRunningStats);
  }

  /** With a weight and a bias, or without. */
  public NormOptions affine(boolean affine) {
    return new NormOptions(eps, momentum, affine, trackRunningStats);
  }

  /** With running statistics, or without. */
  public NormOptions trackRunningStats(boolean trackRunningStats) {
    return new NormOptions(eps, momentum, affine, trackRunningStats);
  }
}
