package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Samples drawn with probability proportional to their weights, which need not add up to 1.
 *
 * <p>Without replacement the {@code count} smallest of eᵢ/wᵢ are taken, eᵢ exponential. Source:
 * Efraimidis, Spirakis, "Weighted random sampling with a reservoir", 2006.
 */
public final class WeightedRandomSampler implements Sampler {

  private final double[] weights;
  private final long count;
  private final boolean replacement;

  /** {@code count} draws with replacement. */
  public WeightedRandomSampler(double[] weights, long count) {
    this(weights, count, true);
  }

  public WeightedRandomSampler(double[] weights, long count, boolean replacement) {
    long positive = 0;
    for (double weight : weights) {
      if (!(weight >= 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "WeightedRandomSampler: weight " + weight + " is not a finite number from 0 on");
      }
      positive += weight > 0 ? 1 : 0;
    }
    if (count < 0 || count > 0 && positive == 0 || !replacement && count > positive) {
      throw new IllegalArgumentException(
          "WeightedRandomSampler: "
              + count
              + " draws from "
              + positive
              + " samples of positive weight"
              + (replacement ? "" : " without replacement")
              + " are not possible");
    }
    this.weights = weights.clone();
    this.count = count;
    this.replacement = replacement;
  }

  @Override
  public PrimitiveIterator.OfLong indices(Generator generator) {
    return (replacement ? independent(generator) : distinct(generator)).iterator();
  }

  private LongStream independent(Generator generator) {
    double[] sums = weights.clone();
    for (int i = 1; i < sums.length; i++) {
      sums[i] += sums[i - 1];
    }
    return LongStream.generate(() -> draw(sums, generator.nextDouble())).limit(count);
  }

  /** The first i with u · total &lt; w₀ + … + wᵢ, which has a positive weight. */
  private static long draw(double[] sums, double u) {
    double target = u * sums[sums.length - 1];
    int low = 0;
    int high = sums.length - 1;
    while (low < high) {
      int middle = low + high >>> 1;
      if (target < sums[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private LongStream distinct(Generator generator) {
    double[] keys = new double[weights.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = -Math.log1p(-generator.nextDouble()) / weights[i];
    }
    return IntStream.range(0, keys.length)
        .filter(i -> weights[i] > 0)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> keys[i]))
        .limit(count)
        .mapToLong(Integer::longValue);
  }

  @Override
  public OptionalLong length() {
    return OptionalLong.of(count);
  }

  @Override
  public String toString() {
    return "WeightedRandomSampler[size="
        + weights.length
        + ", count="
        + count
        + ", replacement="
        + replacement
        + ", weights="
        + Arrays.toString(Arrays.copyOf(weights, Math.min(4, weights.length)))
        + (weights.length > 4 ? "…" : "")
        + "]";
  }
}
