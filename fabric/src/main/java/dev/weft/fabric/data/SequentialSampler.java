package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;

/**
 * 0, 1, 2, … {@code size} − 1.
 *
 * @param size the number of samples
 */
public record SequentialSampler(long size) implements Sampler {

  public SequentialSampler {
    if (size < 0) {
      throw new IllegalArgumentException("SequentialSampler: size " + size + " is negative");
    }
  }

  /** All samples of {@code dataset}, in order. */
  public SequentialSampler(Dataset<?> dataset) {
    this(dataset.size());
  }

  @Override
  public PrimitiveIterator.OfLong indices(Generator generator) {
    return LongStream.range(0, size).iterator();
  }

  @Override
  public OptionalLong length() {
    return OptionalLong.of(size);
  }
}
