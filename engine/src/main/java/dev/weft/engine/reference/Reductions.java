package dev.weft.engine.reference;

import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ArgReduce;
import dev.weft.engine.op.Reduce;
import dev.weft.engine.op.SumTo;
import dev.weft.engine.reference.Values.Axis;
import java.util.Arrays;

/** Ops that combine elements along dimensions. */
final class Reductions {

  private Reductions() {}

  static void reduce(Reduce op, Tensor x, Tensor y) {
    Shape kept = x.shape();
    if (kept.rank() > 0) {
      for (int dim : op.dims()) {
        kept = kept.with(dim, 1);
      }
    }
    long[] targets = targets(kept, x.shape());
    if (x.dtype().isFloating()) {
      reduce(op, Values.doubles(x), targets, y);
    } else {
      reduce(op, Values.longs(x), targets, y);
    }
  }

  private static void reduce(Reduce op, double[] x, long[] targets, Tensor y) {
    double[] result = new double[Values.count(y.shape())];
    Arrays.fill(
        result,
        switch (op.kind()) {
          case SUM, MEAN, ANY -> 0;
          case PROD, ALL -> 1;
          case AMAX -> Double.NEGATIVE_INFINITY;
          case AMIN -> Double.POSITIVE_INFINITY;
        });
    for (int i = 0; i < x.length; i++) {
      int to = (int) targets[i];
      result[to] =
          switch (op.kind()) {
            case SUM, MEAN -> result[to] + x[i];
            case PROD -> result[to] * x[i];
            case AMAX -> Math.max(result[to], x[i]);
            case AMIN -> Math.min(result[to], x[i]);
            case ANY -> x[i] != 0 ? 1 : result[to];
            case ALL -> x[i] == 0 ? 0 : result[to];
          };
    }
    if (op.kind() == Reduce.Kind.MEAN) {
      for (int i = 0; i < result.length; i++) {
        result[i] /= (double) x.length / result.length; // 0 / 0 for the mean of nothing
      }
    }
    Values.write(y, result);
  }

  private static void reduce(Reduce op, long[] x, long[] targets, Tensor y) {
    long[] result = new long[Values.count(y.shape())];
    Arrays.fill(
        result,
        switch (op.kind()) {
          case SUM, MEAN, ANY -> 0;
          case PROD, ALL -> 1;
          case AMAX -> Long.MIN_VALUE;
          case AMIN -> Long.MAX_VALUE;
        });
    for (int i = 0; i < x.length; i++) {
      int to = (int) targets[i];
      result[to] =
          switch (op.kind()) {
            case SUM, MEAN -> result[to] + x[i];
            case PROD -> result[to] * x[i];
            case AMAX -> Math.max(result[to], x[i]);
            case AMIN -> Math.min(result[to], x[i]);
            case ANY -> x[i] != 0 ? 1 : result[to];
            case ALL -> x[i] == 0 ? 0 : result[to];
          };
    }
    Values.write(y, result);
  }

  static void sumTo(SumTo op, Tensor x, Tensor y) {
    long[] targets = targets(op.shape(), x.shape());
    if (x.dtype().isFloating()) {
      double[] sums = new double[Values.count(y.shape())];
      double[] values = Values.doubles(x);
      for (int i = 0; i < values.length; i++) {
        sums[(int) targets[i]] += values[i];
      }
      Values.write(y, sums);
    } else {
      long[] sums = new long[Values.count(y.shape())];
      long[] values = Values.longs(x);
      for (int i = 0; i < values.length; i++) {
        sums[(int) targets[i]] += values[i];
      }
      Values.write(y, sums);
    }
  }

  /** For each element of x the element of y that it is combined into: broadcasting, backwards. */
  private static long[] targets(Shape y, Shape x) {
    return Values.positions(Layout.contiguous(y).expand(x));
  }

  static void argReduce(ArgReduce op, Tensor x, Tensor y) {
    Beats beats;
    if (x.dtype().isFloating()) {
      double[] v = Values.doubles(x);
      beats =
          (a, b) ->
              !Double.isNaN(v[b])
                  && (Double.isNaN(v[a]) || (op.largest() ? v[a] > v[b] : v[a] < v[b]));
    } else {
      long[] v = Values.longs(x);
      beats = (a, b) -> op.largest() ? v[a] > v[b] : v[a] < v[b];
    }
    Axis axis = Axis.of(x.shape(), op.dim());
    long[] result = new long[axis.outer() * axis.inner()];
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < axis.inner(); i++) {
        int best = 0;
        for (int j = 1; j < axis.size(); j++) {
          if (beats.test(axis.at(o, j, i), axis.at(o, best, i))) {
            best = j;
          }
        }
        result[o * axis.inner() + i] = best;
      }
    }
    Values.write(y, result);
  }

  /** Whether element {@code candidate} takes the place of the best one before it. */
  private interface Beats {
    boolean test(int candidate, int best);
  }
}
