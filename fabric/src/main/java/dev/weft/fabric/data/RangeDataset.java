package dev.weft.fabric.data;

import java.util.Arrays;
import java.util.Optional;

/** {@code size} samples of another dataset, from {@code from} on. */
record RangeDataset<T>(Dataset<T> source, long from, long size) implements Dataset<T> {

  @Override
  public T get(long index) {
    return source.get(from + Indices.check(index, size));
  }

  @Override
  public Optional<T> gather(long[] indices) {
    return source.gather(Arrays.stream(Indices.check(indices, size)).map(i -> from + i).toArray());
  }
}
