package dev.weft.fabric.data;

import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Datasets one after the other. */
final class ConcatDataset<T> implements Dataset<T> {

  private final List<? extends Dataset<T>> parts;

  /** Where each part begins, and at the end the total. */
  private final long[] starts;

  ConcatDataset(List<? extends Dataset<T>> parts) {
    this.parts = parts;
    this.starts = new long[parts.size() + 1];
    for (int i = 0; i < parts.size(); i++) {
      starts[i + 1] = Math.addExact(starts[i], parts.get(i).size());
    }
  }

  @Override
  public long size() {
    return starts[parts.size()];
  }

  @Override
  public T get(long index) {
    int part = partOf(Indices.check(index, size()));
    return parts.get(part).get(index - starts[part]);
  }

  /**
   * The part that holds a sample: the last that begins at or before it, so empty ones are skipped.
   */
  private int partOf(long index) {
    int at = Arrays.binarySearch(starts, index);
    if (at < 0) {
      return -at - 2;
    }
    while (starts[at + 1] == index) {
      at++;
    }
    return at;
  }

  /**
   * Gathers from each part what it holds, joins that, and brings it into order. Batches that lie in
   * one part, as in sequential reading, take the direct way.
   */
  @Override
  public Optional<T> gather(long[] indices) {
    Indices.check(indices, size());
    if (indices.length == 0) {
      return Optional.empty();
    }
    int[] partOfRow = Arrays.stream(indices).mapToInt(this::partOf).toArray();
    int first = partOfRow[0];
    if (Arrays.stream(partOfRow).allMatch(part -> part == first)) {
      return parts.get(first).gather(local(indices, first));
    }
    int[] touched = Arrays.stream(partOfRow).distinct().toArray();
    long[] place = new long[indices.length];
    var pieces = new ArrayList<T>(touched.length);
    int filled = 0;
    for (int part : touched) {
      long[] rows = new long[indices.length];
      int count = 0;
      for (int row = 0; row < indices.length; row++) {
        if (partOfRow[row] == part) {
          rows[count++] = indices[row];
          place[row] = filled++;
        }
      }
      var piece = parts.get(part).gather(local(Arrays.copyOf(rows, count), part));
      if (piece.isEmpty()) {
        pieces.forEach(Trees::release);
        return Optional.empty();
      }
      pieces.add(piece.get());
    }
    Tensor order = Tensor.of(place);
    T batch =
        Trees.zip(
            pieces,
            tensors -> {
              Tensor joined = Tensor.cat(tensors, 0);
              Tensor ordered = joined.indexSelect(0, order);
              joined.release();
              return ordered;
            });
    order.release();
    pieces.forEach(Trees::release);
    return Optional.of(batch);
  }

  private long[] local(long[] indices, int part) {
    return Arrays.stream(indices).map(i -> i - starts[part]).toArray();
  }
}
