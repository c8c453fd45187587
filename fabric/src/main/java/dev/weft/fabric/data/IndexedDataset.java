package dev.weft.fabric.data;

import java.util.Arrays;
import java.util.Optional;

/** Samples of another dataset, by number. */
final class IndexedDataset<T> implements Dataset<T> {

  private final Dataset<T> source;
  private final long[] numbers;

  IndexedDataset(Dataset<T> source, long[] numbers) {
    this.source = source;
    this.numbers = numbers;
  }

  @Override
  public long size() {
    return numbers.length;
  }

  @Override
  public T get(long index) {
    return source.get(numbers[(int) Indices.check(index, numbers.length)]);
  }

  @Override
  public Optional<T> gather(long[] indices) {
    Indices.check(indices, numbers.length);
    return source.gather(Arrays.stream(indices).map(i -> numbers[(int) i]).toArray());
  }
}
