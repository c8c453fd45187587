package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.CumArg;
import dev.weft.engine.op.LinearScan;
import dev.weft.engine.op.Scan;
import dev.weft.engine.reference.Values.Axis;
import java.util.function.IntBinaryOperator;

/** Running totals along a dimension. */
final class Scans {

  private Scans() {}

  static void scan(Scan op, Tensor x, Tensor y) {
    Axis axis = Axis.of(x.shape(), op.dim());
    if (!x.dtype().isFloating()) {
      long[] v = Values.longs(x);
      each(
          axis,
          op.reverse(),
          (at, before) ->
              v[at] = op.kind() == Scan.Kind.SUM ? v[at] + v[before] : v[at] * v[before]);
      Values.write(y, v);
      return;
    }
    double[] v = Values.doubles(x);
    each(
        axis,
        op.reverse(),
        (at, before) ->
            v[at] =
                switch (op.kind()) {
                  case SUM -> v[before] + v[at];
                  case PROD -> v[before] * v[at];
                  case LOGSUMEXP -> logAddExp(v[before], v[at]);
                });
    Values.write(y, v);
  }

  private static double logAddExp(double a, double b) {
    double larger = Math.max(a, b);
    return Double.isInfinite(larger) ? larger : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
  }

  /** Inputs: b and a. */
  static void linear(LinearScan op, Tensor b, Tensor a, Tensor y) {
    double[] s = Values.doubles(b);
    double[] factors = Values.doubles(a);
    each(
        Axis.of(b.shape(), op.dim()),
        op.reverse(),
        (at, before) -> s[at] += factors[at] * s[before]);
    Values.write(y, s);
  }

  static void cumArg(CumArg op, Tensor x, Tensor y) {
    Axis axis = Axis.of(x.shape(), op.dim());
    IntBinaryOperator order = Sorting.order(x);
    double[] v = x.dtype().isFloating() ? Values.doubles(x) : new double[Values.count(x.shape())];
    long[] best = new long[v.length];
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < axis.inner(); i++) {
        int leader = 0;
        for (int j = 0; j < axis.size(); j++) {
          int at = axis.at(o, j, i);
          int champion = axis.at(o, leader, i);
          int compared = order.applyAsInt(at, champion);
          boolean wins =
              Double.isNaN(v[at])
                  || !Double.isNaN(v[champion]) && (op.largest() ? compared >= 0 : compared <= 0);
          leader = wins ? j : leader;
          best[at] = leader;
        }
      }
    }
    Values.write(y, best);
  }

  private interface Step {
    void run(int at, int before);
  }

  /** Calls {@code step} for every element but the first of each slice, with the one before it. */
  private static void each(Axis axis, boolean reverse, Step step) {
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < axis.inner(); i++) {
        for (int j = 1; j < axis.size(); j++) {
          int at = reverse ? axis.size() - 1 - j : j;
          step.run(axis.at(o, at, i), axis.at(o, reverse ? at + 1 : at - 1, i));
        }
      }
    }
  }
}
