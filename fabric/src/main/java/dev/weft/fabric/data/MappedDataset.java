package dev.weft.fabric.data;

import java.util.function.Function;

/** The samples of another dataset, each changed when it is fetched. */
record MappedDataset<S, T>(Dataset<S> source, Function<? super S, ? extends T> transform)
    implements Dataset<T> {

  @Override
  public long size() {
    return source.size();
  }

  @Override
  public T get(long index) {
    return transform.apply(source.get(index));
  }
}
