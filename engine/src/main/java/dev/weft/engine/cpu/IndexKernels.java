package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Cat;
import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.Scatter;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.Take;
import java.util.function.Function;

/**
 * Ops that move elements by index, or add them up. Results lie in new memory, so an index that is
 * out of bounds changes nothing that anybody sees.
 */
final class IndexKernels {

  private IndexKernels() {}

  /** Joins along a dimension. */
  static void cat(Cat op, Tensor[] inputs, Tensor y) {
    long start = 0;
    for (Tensor x : inputs) {
      long end = start + x.size(op.dim());
      Copies.into(y, y.layout().slice(op.dim(), start, end, 1), x);
      start = end;
    }
  }

  /** y[…, i, …] = x[…, index[i], …]. */
  static void indexSelect(IndexSelect op, Tensor x, Tensor index, Tensor y) {
    int dim = x.shape().dim(op.dim());
    Indices indices = Indices.along(op, index, x.shape(), dim);
    if (y.numel() == 0) {
      indices.check();
      return;
    }
    Pointers.rows(indices, index.layout(), x.layout(), dim, y.layout())
        .read(IndexVisitors.pick(x.dtype().bytes(), x.address(), y.address()));
  }

  /** y[…, index[i], …] += x[…, i, …], onto zeros. */
  static void indexSum(IndexSum op, Tensor index, Tensor x, Tensor y) {
    int dim = x.shape().dim(op.dim());
    Indices indices = Indices.along(op, index, y.shape(), dim);
    if (x.numel() == 0) {
      indices.check();
    }
    sum(x, x.shape(), y, other -> Pointers.rows(indices, index.layout(), y.layout(), dim, other));
  }

  /** y[i, j] = x[index[i, j], j] for dimension 0, and so on. */
  static void gather(Gather op, Tensor x, Tensor index, Tensor y) {
    if (y.numel() > 0) {
      int dim = dim(x.shape(), op.dim());
      Indices indices = Indices.along(op, index, x.shape(), dim);
      Pointers.elements(indices, index.layout(), x.layout(), dim, y.layout())
          .read(IndexVisitors.pick(x.dtype().bytes(), x.address(), y.address()));
    }
  }

  /** A copy of x in which y[index[i, j], j] = source[i, j] for dimension 0, and so on. */
  static void scatter(Scatter op, Tensor x, Tensor index, Tensor source, Tensor y) {
    Copies.gather(x, y.address());
    if (index.numel() > 0) {
      int dim = dim(x.shape(), op.dim());
      Indices indices = Indices.along(op, index, x.shape(), dim);
      Pointers.elements(indices, index.layout(), y.layout(), dim, source.layout())
          .write(IndexVisitors.put(x.dtype().bytes(), y.address(), source.address()));
    }
  }

  /** y[index[i, j], j] += x[i, j] for dimension 0, and so on, onto zeros. */
  static void scatterSum(ScatterSum op, Tensor index, Tensor x, Tensor y) {
    int dim = dim(y.shape(), op.dim());
    Indices indices = Indices.along(op, index, y.shape(), dim);
    sum(
        x,
        index.shape(),
        y,
        other -> Pointers.elements(indices, index.layout(), y.layout(), dim, other));
  }

  /** y[i] = x[index[i]], with x seen as one row. */
  static void take(Take op, Tensor x, Tensor index, Tensor y) {
    if (y.numel() > 0) {
      Indices indices = Indices.flat(op, index, x.shape());
      try (Temp row = Temp.contiguous(x)) {
        Pointers.positions(indices, index.layout(), y.layout())
            .read(IndexVisitors.pick(x.dtype().bytes(), row.address(), y.address()));
      }
    }
  }

  /** A scalar has no dimensions, but ops take 0 for it. */
  private static int dim(Shape shape, int dim) {
    return shape.rank() == 0 ? 0 : shape.dim(dim);
  }

  /**
   * Adds what lies at the corner {@code used} of x to where the pointers say. Half types are added
   * up in float32 and rounded once.
   *
   * @param pointers for a layout of x
   */
  private static void sum(Tensor x, Shape used, Tensor y, Function<Layout, Pointers> pointers) {
    DType dtype = y.dtype();
    if (!dtype.isHalf()) {
      CreationKernels.zero(y.address(), y.spec().bytes());
      if (used.numel() > 0) {
        pointers.apply(x.layout()).write(IndexVisitors.add(dtype, y.address(), x.address()));
      }
      return;
    }
    long bytes = DType.FLOAT32.bytes();
    try (Temp source = Temp.contiguous(x);
        Temp wide = Temp.of(x.numel() * bytes);
        Temp sums = Temp.of(y.numel() * bytes)) {
      CreationKernels.zero(sums.address(), y.numel() * bytes);
      if (used.numel() > 0) {
        Copies.cast(dtype, source.address(), DType.FLOAT32, wide.address(), x.numel());
        pointers
            .apply(Layout.contiguous(x.shape()))
            .write(IndexVisitors.add(DType.FLOAT32, sums.address(), wide.address()));
      }
      Copies.cast(DType.FLOAT32, sums.address(), dtype, y.address(), y.numel());
    }
  }
}
