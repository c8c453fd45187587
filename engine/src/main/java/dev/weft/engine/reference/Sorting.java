package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.ArgMode;
import dev.weft.engine.op.ArgSort;
import dev.weft.engine.op.SearchSorted;
import dev.weft.engine.reference.Values.Axis;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/** Order: sorting, searching, and the most frequent value. NaN is larger than every number. */
final class Sorting {

  private Sorting() {}

  static void argSort(ArgSort op, Tensor x, Tensor y) {
    Axis axis = Axis.of(x.shape(), op.dim());
    IntBinaryOperator order = order(x);
    long[] result = new long[Values.count(y.shape())];
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < axis.inner(); i++) {
        Integer[] sorted = sorted(axis, o, i, order, op.descending());
        for (int j = 0; j < sorted.length; j++) {
          result[axis.at(o, j, i)] = sorted[j];
        }
      }
    }
    Values.write(y, result);
  }

  /** The places of a slice's elements, in order. */
  private static Integer[] sorted(
      Axis axis, int o, int i, IntBinaryOperator order, boolean descending) {
    Integer[] places = new Integer[axis.size()];
    Arrays.setAll(places, j -> j);
    Arrays.sort(
        places,
        (a, b) -> {
          int compared = order.applyAsInt(axis.at(o, a, i), axis.at(o, b, i));
          return descending ? -compared : compared;
        });
    return places;
  }

  /** Compares elements of {@code x} by their positions. */
  static IntBinaryOperator order(Tensor x) {
    if (!x.dtype().isFloating()) {
      long[] v = Values.longs(x);
      return (a, b) -> Long.compare(v[a], v[b]);
    }
    double[] v = Values.doubles(x);
    return (a, b) -> compare(v[a], v[b]);
  }

  private static int compare(double a, double b) {
    return a < b ? -1 : a > b ? 1 : a == b ? 0 : Boolean.compare(Double.isNaN(a), Double.isNaN(b));
  }

  static void argMode(ArgMode op, Tensor x, Tensor y) {
    Axis axis = Axis.of(x.shape(), op.dim());
    IntBinaryOperator order = order(x);
    double[] v = Values.doubles(x);
    long[] result = new long[Values.count(y.shape())];
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < axis.inner(); i++) {
        Integer[] places = sorted(axis, o, i, order, false);
        int longest = 0;
        int run = 0;
        for (int j = 0; j < places.length; j++) {
          int at = axis.at(o, places[j], i);
          boolean again =
              j > 0
                  && !Double.isNaN(v[at])
                  && order.applyAsInt(axis.at(o, places[j - 1], i), at) == 0;
          run = again ? run + 1 : 1;
          if (run > longest) {
            longest = run;
            result[o * axis.inner() + i] = places[j];
          }
        }
      }
    }
    Values.write(y, result);
  }

  static void searchSorted(SearchSorted op, Tensor rows, Tensor values, Tensor y) {
    int size = (int) rows.size(-1);
    int perRow = rows.rank() == 1 ? Values.count(y.shape()) : (int) values.size(-1);
    long[] result = new long[Values.count(y.shape())];
    if (rows.dtype().isFloating()) {
      double[] sorted = Values.doubles(rows);
      double[] v = Values.doubles(values);
      for (int i = 0; i < result.length; i++) {
        int start = i / perRow * size;
        double value = v[i];
        result[i] = position(op.right(), size, j -> compare(sorted[start + j], value));
      }
    } else {
      long[] sorted = Values.longs(rows);
      long[] v = Values.longs(values);
      for (int i = 0; i < result.length; i++) {
        int start = i / perRow * size;
        long value = v[i];
        result[i] = position(op.right(), size, j -> Long.compare(sorted[start + j], value));
      }
    }
    Values.write(y, result);
  }

  private interface Compared {
    int to(int place);
  }

  /** The first place whose element is not before the value, by bisection. */
  private static int position(boolean right, int size, Compared element) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int compared = element.to(middle);
      if (compared < 0 || right && compared == 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
