package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;

/** Given samples, once each, in random order. */
public final class SubsetRandomSampler implements Sampler {

  private final long[] numbers;

  public SubsetRandomSampler(long[] numbers) {
    this.numbers = numbers.clone();
  }

  @Override
  public PrimitiveIterator.OfLong indices(Generator generator) {
    return Arrays.stream(Shuffle.PHILOX.permutation(numbers.length, generator))
        .map(i -> numbers[(int) i])
        .iterator();
  }

  @Override
  public OptionalLong length() {
    return OptionalLong.of(numbers.length);
  }
}
