package dev.weft.fabric.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Batches of samples that are fetched by number. */
final class IndexedFeed<T, B> implements Feed<B> {

  private final Dataset<T> dataset;
  private final Iterator<long[]> batches;
  private final Function<? super List<T>, ? extends B> collate;

  /** Makes a whole batch at once where the dataset can; else the samples are collated. */
  private final Function<long[], Optional<B>> whole;

  private long number;

  IndexedFeed(
      Dataset<T> dataset,
      Iterator<long[]> batches,
      Function<? super List<T>, ? extends B> collate,
      Function<long[], Optional<B>> whole) {
    this.dataset = dataset;
    this.batches = batches;
    this.collate = collate;
    this.whole = whole;
  }

  @Override
  public Optional<Job<B>> next() {
    if (!batches.hasNext()) {
      return Optional.empty();
    }
    long[] indices = batches.next();
    long batch = number++;
    return Optional.of(() -> make(batch, indices));
  }

  private B make(long batch, long[] indices) {
    try {
      var done = whole.apply(indices);
      if (done.isPresent()) {
        return done.get();
      }
    } catch (RuntimeException e) {
      throw failure(batch, "samples " + Collate.describe(indices), e);
    }
    var samples = new ArrayList<T>(indices.length);
    for (long index : indices) {
      try {
        samples.add(dataset.get(index));
      } catch (RuntimeException e) {
        throw failure(batch, "sample " + index, e);
      }
    }
    try {
      return collate.apply(samples);
    } catch (RuntimeException e) {
      throw failure(batch, "samples " + Collate.describe(indices), e);
    }
  }

  static DataException failure(long batch, String samples, RuntimeException cause) {
    String worker = WorkerInfo.current().map(info -> ", worker " + info.id()).orElse("");
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new DataException(
        "DataLoader: " + samples + " (batch " + batch + worker + "): " + reason, cause);
  }

  @Override
  public void skip(long count) {
    for (; count > 0 && batches.hasNext(); count--) {
      batches.next();
      number++;
    }
  }

  @Override
  public void close() {}
}
