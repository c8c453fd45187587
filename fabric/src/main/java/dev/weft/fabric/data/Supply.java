package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Where a loader's batches come from: what does not change from epoch to epoch. */
sealed interface Supply<B> {

  /** Starts an epoch whose order is drawn from {@code generator}. */
  Feed<B> open(Generator generator);

  /** The number of batches of an epoch, if known. */
  OptionalLong length();

  /** The dataset the batches are made of. */
  Object dataset();

  /** The way batches are formed, for datasets that are fetched by number. */
  Optional<BatchSampler> batchSampler();

  /** The same data in another order. */
  Supply<B> withSampler(Sampler sampler);

  /** Whether the memory of a batch belongs to nobody else: false for collate functions of users. */
  boolean ownsBatches();

  /** Samples fetched by number. */
  record Indexed<T, B>(
      Dataset<T> dataset,
      BatchSampler batches,
      Function<? super List<T>, ? extends B> collate,
      Function<long[], Optional<B>> whole,
      boolean ownsBatches)
      implements Supply<B> {

    @Override
    public Feed<B> open(Generator generator) {
      return new IndexedFeed<>(dataset, batches.batches(generator), collate, whole);
    }

    @Override
    public OptionalLong length() {
      return batches.length();
    }

    @Override
    public Optional<BatchSampler> batchSampler() {
      return Optional.of(batches);
    }

    @Override
    public Supply<B> withSampler(Sampler sampler) {
      return new Indexed<>(dataset, batches.withSampler(sampler), collate, whole, ownsBatches);
    }
  }

  /** Samples that come one after the other. */
  record Stream<T, B>(
      IterableDataset<T> dataset,
      int batchSize,
      boolean dropLast,
      Function<? super List<T>, ? extends B> collate,
      boolean ownsBatches)
      implements Supply<B> {

    @Override
    public Feed<B> open(Generator generator) {
      return new StreamFeed<>(dataset.iterator(), batchSize, dropLast, collate);
    }

    @Override
    public OptionalLong length() {
      return OptionalLong.empty();
    }

    @Override
    public Optional<BatchSampler> batchSampler() {
      return Optional.empty();
    }

    @Override
    public Supply<B> withSampler(Sampler sampler) {
      throw new IllegalArgumentException(
          "DataLoader: " + sampler + " for an iterable dataset: it decides its order itself");
    }
  }
}
