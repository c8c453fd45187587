package dev.weft.engine;

import dev.weft.engine.op.CumArg;
import dev.weft.engine.op.Scan;
import java.util.function.UnaryOperator;

/** Operations of {@link Tensor} that run along a dimension: totals, extremes, differences. */
public sealed interface ScanOps permits Tensor {

  /** Running sums along {@code dim}; integers give int64. See {@link Scan}. */
  default Tensor cumsum(int dim) {
    return scan(Scan.Kind.SUM, dim);
  }

  /** Running products along {@code dim}; integers give int64. See {@link Scan}. */
  default Tensor cumprod(int dim) {
    return scan(Scan.Kind.PROD, dim);
  }

  /** Running log Σ exp(x) along {@code dim}. See {@link Scan}. */
  default Tensor logcumsumexp(int dim) {
    return scan(Scan.Kind.LOGSUMEXP, dim);
  }

  private Tensor scan(Scan.Kind kind, int dim) {
    Tensor x = (Tensor) this;
    String name = kind == Scan.Kind.LOGSUMEXP ? "logcumsumexp" : "cumsum and cumprod";
    int axis = Pick.axis(name, x, dim);
    return Dispatch.run(new Scan(kind, axis, false), x);
  }

  /** The largest element so far along {@code dim}, and the last place it was at. */
  default ValuesAndIndices cummax(int dim) {
    return cumulative(true, dim);
  }

  /** The smallest element so far along {@code dim}, and the last place it was at. */
  default ValuesAndIndices cummin(int dim) {
    return cumulative(false, dim);
  }

  private ValuesAndIndices cumulative(boolean largest, int dim) {
    Tensor x = (Tensor) this;
    int axis = Pick.axis(largest ? "cummax" : "cummin", x, dim);
    Tensor indices = Dispatch.run(new CumArg(largest, axis), x);
    return new ValuesAndIndices(Pick.along(x, axis, indices), indices);
  }

  /** Differences of neighbours along the last dimension. */
  default Tensor diff() {
    return diff(1, -1);
  }

  /** Differences of neighbours along {@code dim}, taken n times; of bool, whether they differ. */
  default Tensor diff(int n, int dim) {
    Tensor x = (Tensor) this;
    if (x.rank() == 0 || n < 0) {
      throw new ShapeException(
          "diff: " + x.shape() + ", n = " + n + ": needs a dimension, and n from 0 on");
    }
    int axis = x.spec().dim("diff", dim);
    for (int i = 0; i < n && x.size(axis) > 0; i++) {
      long size = x.size(axis) - 1;
      Tensor later = x.narrow(axis, 1, size);
      Tensor earlier = x.narrow(axis, 0, size);
      x = x.dtype() == DType.BOOL ? later.logicalXor(earlier) : later.sub(earlier);
    }
    return x;
  }

  /** The integral along the last dimension by trapezoids of width 1. */
  default Tensor trapezoid() {
    return trapezoid(1, -1);
  }

  /** The integral along {@code dim} by trapezoids of width {@code dx}. */
  default Tensor trapezoid(double dx, int dim) {
    return integral("trapezoid", (Tensor) this, y -> areas(y, dim).sum(dim).mul(dx));
  }

  /** The integral along {@code dim} over the places x, a row or a tensor that broadcasts. */
  default Tensor trapezoid(Tensor x, int dim) {
    return integral(
        "trapezoid",
        x,
        y -> areas(y, dim).mul(widths("trapezoid", y, Operands.like(y, x), dim)).sum(dim));
  }

  /** Running integrals along the last dimension by trapezoids of width 1. */
  default Tensor cumulativeTrapezoid() {
    return cumulativeTrapezoid(1, -1);
  }

  /** Running integrals along {@code dim} by trapezoids of width {@code dx}. */
  default Tensor cumulativeTrapezoid(double dx, int dim) {
    return integral("cumulative_trapezoid", (Tensor) this, y -> areas(y, dim).cumsum(dim).mul(dx));
  }

  /** Running integrals along {@code dim} over the places x, a row or a tensor that broadcasts. */
  default Tensor cumulativeTrapezoid(Tensor x, int dim) {
    String op = "cumulative_trapezoid";
    return integral(
        op, x, y -> areas(y, dim).mul(widths(op, y, Operands.like(y, x), dim)).cumsum(dim));
  }

  /** Rounded once; of values and places that are numbers. */
  private Tensor integral(String op, Tensor places, UnaryOperator<Tensor> f) {
    Operands.given(op, "places", places);
    Tensor y = (Tensor) this;
    y.spec().requireNumeric(op);
    places.spec().requireNumeric(op);
    return Operands.wide(Operands.floating(y), Operands.resultType(y, places), f);
  }

  /** The means of neighbours. */
  private static Tensor areas(Tensor y, int dim) {
    long size = Math.max(0, y.size(dim) - 1);
    return y.narrow(dim, Math.min(1, y.size(dim)), size).add(y.narrow(dim, 0, size)).mul(0.5);
  }

  private static Tensor widths(String op, Tensor y, Tensor x, int dim) {
    if (x.rank() > 1) {
      return x.diff(1, dim);
    }
    if (x.rank() == 0 || x.size(0) != y.size(dim)) {
      throw new ShapeException(
          op + ": y " + y.shape() + ", x " + x.shape() + ": needs one place per value");
    }
    long[] sizes = new long[y.rank()];
    java.util.Arrays.fill(sizes, 1);
    sizes[y.spec().dim(op, dim)] = -1;
    return x.diff().reshape(sizes);
  }
}
