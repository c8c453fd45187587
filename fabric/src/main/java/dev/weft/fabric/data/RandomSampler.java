package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;

/**
 * Samples in random order.
 *
 * @param size the number of samples to draw from
 * @param replacement whether each draw is from all samples; without it a sample returns only after
 *     all others were drawn
 * @param count how many to draw for an epoch
 * @param shuffle how orders are drawn; with replacement only PHILOX
 */
public record RandomSampler(long size, boolean replacement, long count, Shuffle shuffle)
    implements Sampler {

  public RandomSampler {
    if (size < 1 && count > 0 || count < 0) {
      throw new IllegalArgumentException(
          "RandomSampler: " + count + " draws from " + size + " samples are not possible");
    }
    if (replacement && shuffle != Shuffle.PHILOX) {
      throw new IllegalArgumentException(
          "RandomSampler: " + shuffle + " with replacement is not offered; use Shuffle.PHILOX");
    }
  }

  /** All samples of {@code dataset} once. */
  public RandomSampler(Dataset<?> dataset) {
    this(dataset.size(), false, dataset.size(), Shuffle.PHILOX);
  }

  /** {@code count} draws with replacement, or permutations as long as {@code count} needs. */
  public RandomSampler(Dataset<?> dataset, boolean replacement, long count) {
    this(dataset.size(), replacement, count, Shuffle.PHILOX);
  }

  @Override
  public PrimitiveIterator.OfLong indices(Generator generator) {
    if (replacement) {
      return LongStream.generate(() -> generator.nextLong(size)).limit(count).iterator();
    }
    long rounds = size == 0 ? 0 : Math.ceilDiv(count, size);
    return LongStream.range(0, rounds)
        .flatMap(_ -> LongStream.of(shuffle.permutation(size, generator)))
        .limit(count)
        .iterator();
  }

  @Override
  public OptionalLong length() {
    return OptionalLong.of(count);
  }
}
