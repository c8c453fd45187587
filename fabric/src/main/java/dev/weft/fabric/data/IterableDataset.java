package dev.weft.fabric.data;

import java.util.Iterator;
import java.util.function.Function;

/**
 * Samples that come one after the other, from a file or a connection that is too large to number.
 * An iterator that is {@link AutoCloseable} is closed by the loader, also when the loop is left
 * early.
 *
 * <p>The workers of a {@link DataLoader} share one iterator: they take turns to pull the samples of
 * a batch, then collate at the same time. Ranks do not share: each must read its own part, for
 * example {@link #shard shard(rank, worldSize)}.
 *
 * @param <T> the type of a sample
 */
@FunctionalInterface
public interface IterableDataset<T> extends Iterable<T> {

  /** Starts reading from the beginning. */
  @Override
  Iterator<T> iterator();

  /** Every {@code count}-th sample, from number {@code index} on. */
  default IterableDataset<T> shard(int index, int count) {
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException(
          "shard: index " + index + " of " + count + ": it must lie between 0 and " + (count - 1));
    }
    return () -> new ShardIterator<>(iterator(), index, count);
  }

  /** The samples, each changed by {@code transform}. */
  default <R> IterableDataset<R> map(Function<? super T, ? extends R> transform) {
    return () -> new MappedIterator<T, R>(iterator(), transform);
  }
}
