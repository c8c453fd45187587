package dev.weft.fabric.data;

import java.util.List;

/** The elements of a list. */
record ListDataset<T>(List<T> samples) implements Dataset<T> {

  @Override
  public long size() {
    return samples.size();
  }

  @Override
  public T get(long index) {
    return samples.get((int) Indices.check(index, size()));
  }

  @Override
  public String toString() {
    return "ListDataset[size=" + size() + "]";
  }
}
