package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;

/** Which samples form which batch. */
public interface BatchSampler {

  /** Draws the batches of one epoch. */
  Iterator<long[]> batches(Generator generator);

  /** How many batches an epoch has; empty when that is not known, or without end. */
  OptionalLong length();

  /** The order that is cut into batches, where there is one. */
  default Optional<Sampler> sampler() {
    return Optional.empty();
  }

  /** Told before each epoch, counted from 0; passed on to the order. */
  default void setEpoch(long epoch) {
    sampler().ifPresent(order -> order.setEpoch(epoch));
  }

  /**
   * The same way to form batches over another order; what spreading a loader over ranks asks for.
   *
   * @throws UnsupportedOperationException when this sampler cannot do that
   */
  default BatchSampler withSampler(Sampler sampler) {
    throw new UnsupportedOperationException(
        "batch sampler "
            + getClass().getName()
            + " cannot be spread over ranks: implement withSampler, or set the loader up without"
            + " a distributed sampler and let the batch sampler pick this rank's batches");
  }

  /** {@code batchSize} samples after the other; the last batch may be smaller, or is dropped. */
  static BatchSampler of(Sampler sampler, int batchSize, boolean dropLast) {
    return new FixedBatches(sampler, batchSize, dropLast);
  }
}
