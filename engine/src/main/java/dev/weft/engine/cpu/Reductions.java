package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Half;
import dev.weft.engine.Layout;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Reduce;
import dev.weft.engine.op.SumTo;
import java.util.Arrays;

/**
 * Ops that combine elements along dimensions: a {@link Reducer} in the dtype that is computed in,
 * then one rounding to that of the result.
 */
final class Reductions {

  private Reductions() {}

  static void reduce(Reduce op, Tensor x, Tensor y) {
    Shape kept = x.shape();
    if (kept.rank() > 0) {
      for (int dim : op.dims()) {
        kept = kept.with(dim, 1);
      }
    }
    Widening numbers = Widening.of(x.dtype());
    Widening truth = Widening.toTruth(x.dtype());
    switch (op.kind()) {
      case SUM -> run(Fold.Kind.SUM, numbers, x, kept, y, 0);
      case MEAN -> mean(numbers, x, kept, y);
      case PROD -> throw new IllegalArgumentException(op + ": has no kernel here");
      case AMAX -> run(Fold.Kind.MAX, numbers, x, kept, y, 0);
      case AMIN -> run(Fold.Kind.MIN, numbers, x, kept, y, 0);
      case ANY -> run(Fold.Kind.MAX, truth, x, kept, y, 0);
      case ALL -> run(Fold.Kind.MIN, truth, x, kept, y, 1);
    }
  }

  static void sumTo(SumTo op, Tensor x, Tensor y) {
    run(Fold.Kind.SUM, Widening.of(x.dtype()), x, op.shape(), y, 0);
  }

  private static void mean(Widening widening, Tensor x, Shape kept, Tensor y) {
    run(Fold.Kind.SUM, widening, x, kept, y, Double.NaN, (double) x.numel() / kept.numel());
  }

  private static void run(
      Fold.Kind kind, Widening widening, Tensor x, Shape kept, Tensor y, double empty) {
    run(kind, widening, x, kept, y, empty, 1);
  }

  /**
   * @param kept the shape of y that broadcasts to that of x
   * @param empty the result for no elements
   * @param divisor what results are divided by before they are rounded
   */
  private static void run(
      Fold.Kind kind,
      Widening widening,
      Tensor x,
      Shape kept,
      Tensor y,
      double empty,
      double divisor) {
    if (x.numel() == 0) {
      for (long i = 0; i < y.numel(); i++) {
        Native.setDouble(y.dtype(), y.address(), i, empty);
      }
      return;
    }
    if (y.numel() == 1
        && x.numel() <= Fold.BLOCK
        && x.isContiguous()
        && widening.isIdentity()
        && y.dtype() == x.dtype()) { // the only unit of the general way, without its preparations
      Combiner.of(kind, widening.to(), x.numel()).fold(x.address(), x.numel(), y.address());
      if (divisor != 1) {
        divide(widening.to(), y.address(), divisor, 1);
      }
      return;
    }
    boolean inPlace = adjacent(x.layout(), inMemoryOrder(x.layout()));
    try (Temp source = inPlace ? Temp.in(x) : Temp.contiguous(x)) {
      Layout from = inPlace ? x.layout() : Layout.contiguous(x.shape());
      Layout to = Layout.contiguous(kept).expand(x.shape());
      int[] order = inMemoryOrder(from);
      int[] keptDims = those(order, to, true);
      int[] reducedDims = those(order, to, false);
      Reducer reducer = new Reducer(Combiner.of(kind, widening.to(), x.numel()), widening);
      Layout target = to.permute(keptDims);
      boolean direct = widening.to() == y.dtype() && target.isContiguous();
      try (Temp wide = direct ? Temp.in(y) : Temp.of(y.numel() * widening.to().bytes())) {
        reducer.run(
            Runs.of(from.permute(keptDims)),
            Runs.of(from.permute(reducedDims)),
            order.length > 0 && to.stride(order[order.length - 1]) > 0,
            source.address(),
            wide.address());
        if (divisor != 1) {
          divide(widening.to(), wide.address(), divisor, y.numel());
        }
        if (!direct) {
          store(widening.to(), wide.address(), target, y);
        }
      }
    }
  }

  /** Dimensions of more than one element, the one with the smallest step last. */
  private static int[] inMemoryOrder(Layout x) {
    int[] order = new int[x.shape().rank()];
    int count = 0;
    for (int d = 0; d < order.length; d++) {
      if (x.shape().size(d) > 1) {
        int at = count++;
        for (; at > 0 && distance(x, order[at - 1]) < distance(x, d); at--) {
          order[at] = order[at - 1];
        }
        order[at] = d;
      }
    }
    return Arrays.copyOf(order, count);
  }

  /** The step along a dimension; repeated elements count as farthest apart. */
  private static long distance(Layout x, int dim) {
    return x.stride(dim) == 0 ? Long.MAX_VALUE : x.stride(dim);
  }

  /** Those of some dimensions along which results are kept, or those that are reduced. */
  private static int[] those(int[] dims, Layout results, boolean kept) {
    int[] found = new int[dims.length];
    int count = 0;
    for (int dim : dims) {
      if (results.stride(dim) > 0 == kept) {
        found[count++] = dim;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** Whether the elements along the last dimension of an order are neighbours in memory. */
  private static boolean adjacent(Layout x, int[] order) {
    return order.length == 0 || x.stride(order[order.length - 1]) == 1;
  }

  private static void divide(DType dtype, long results, double divisor, long count) {
    BinaryKernels.right(Binary.DIV, dtype, count)
        .right(results, Half.round(dtype, divisor), results, count);
  }

  /** Converts results and puts each where {@code target} says. */
  private static void store(DType dtype, long results, Layout target, Tensor y) {
    if (target.isContiguous()) {
      Copies.cast(dtype, results, y.dtype(), y.address(), y.numel());
      return;
    }
    try (Temp converted = Temp.of(y.numel() * y.dtype().bytes())) {
      Copies.cast(dtype, results, y.dtype(), converted.address(), y.numel());
      Copies.scatter(converted.address(), target, y.dtype().bytes(), y.address());
    }
  }
}
