package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;

/** Batches of one size. */
record FixedBatches(Sampler order, int batchSize, boolean dropLast) implements BatchSampler {

  FixedBatches {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize: " + batchSize + " must be positive");
    }
  }

  @Override
  public Iterator<long[]> batches(Generator generator) {
    var indices = order.indices(generator);
    return new Iterator<>() {
      private long[] ready = fill();

      private long[] fill() {
        long[] batch = new long[batchSize];
        int count = 0;
        while (count < batchSize && indices.hasNext()) {
          batch[count++] = indices.nextLong();
        }
        return dropLast && count < batchSize ? new long[0] : Arrays.copyOf(batch, count);
      }

      @Override
      public boolean hasNext() {
        return ready.length > 0;
      }

      @Override
      public long[] next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        long[] batch = ready;
        ready = fill();
        return batch;
      }
    };
  }

  @Override
  public OptionalLong length() {
    OptionalLong samples = order.length();
    if (samples.isEmpty()) {
      return samples;
    }
    long count = samples.getAsLong();
    return OptionalLong.of(dropLast ? count / batchSize : Math.ceilDiv(count, batchSize));
  }

  @Override
  public Optional<Sampler> sampler() {
    return Optional.of(order);
  }

  @Override
  public BatchSampler withSampler(Sampler sampler) {
    return new FixedBatches(sampler, batchSize, dropLast);
  }
}
