package dev.weft.fabric.data;

import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Optional;

/** Rows of tensors that are all of the same length. */
final class TensorDataset<T> implements Dataset<T> {

  private final T columns;
  private final long size;

  TensorDataset(T columns) {
    this.columns = columns;
    long[] rows = {-1};
    Trees.forEach(columns, tensor -> rows[0] = commonRows(rows[0], tensor));
    if (rows[0] < 0) {
      throw new IllegalArgumentException(
          "Dataset.ofTensors: there is no tensor in a " + columns.getClass().getName());
    }
    this.size = rows[0];
  }

  private static long commonRows(long before, Tensor tensor) {
    if (tensor.rank() == 0) {
      throw new ShapeException("Dataset.ofTensors: a scalar has no rows; use x.unsqueeze(0)");
    }
    long rows = tensor.size(0);
    if (before >= 0 && rows != before) {
      throw new ShapeException(
          "Dataset.ofTensors: tensors of "
              + before
              + " and "
              + rows
              + " rows: dimension 0 must be the same everywhere");
    }
    return rows;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public T get(long index) {
    Indices.check(index, size);
    return Trees.map(columns, tensor -> tensor.select(0, index));
  }

  @Override
  public Optional<T> gather(long[] indices) {
    Tensor rows = Tensor.of(Indices.check(indices, size));
    T batch = Trees.map(columns, tensor -> tensor.indexSelect(0, rows));
    rows.release();
    return Optional.of(batch);
  }
}
