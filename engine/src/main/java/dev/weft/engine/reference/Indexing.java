package dev.weft.engine.reference;

import dev.weft.engine.IndexException;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Cat;
import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.Scatter;
import dev.weft.engine.op.ScatterReduce;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.Take;
import dev.weft.engine.reference.Values.Axis;

/**
 * Ops that move elements by index. All but cat come down to a list of positions: where each element
 * of the result is taken from, or where each element of the source goes.
 */
final class Indexing {

  private Indexing() {}

  static void cat(Cat op, Tensor[] inputs, Tensor y) {
    long start = 0;
    for (Tensor x : inputs) {
      long end = start + x.size(op.dim());
      Values.copy(x, y, y.layout().slice(op.dim(), start, end, 1));
      start = end;
    }
  }

  static void indexSelect(IndexSelect op, Tensor x, Tensor index, Tensor y) {
    pick(x, rows(op, op.dim(), x.shape(), index), y);
  }

  static void indexSum(IndexSum op, Tensor index, Tensor x, Tensor y) {
    addUp(x, x.layout(), rows(op, op.dim(), y.shape(), index), y);
  }

  static void gather(Gather op, Tensor x, Tensor index, Tensor y) {
    pick(x, elements(op, op.dim(), x.shape(), index), y);
  }

  static void scatterSum(ScatterSum op, Tensor index, Tensor x, Tensor y) {
    addUp(x, corner(x, index.shape()), elements(op, op.dim(), op.shape(), index), y);
  }

  static void take(Take op, Tensor x, Tensor index, Tensor y) {
    long[] from = Values.longs(index);
    long count = x.numel();
    for (int i = 0; i < from.length; i++) {
      require(op, from[i], -count, count, i, index, "elements of " + x.shape());
      from[i] += from[i] < 0 ? count : 0;
    }
    pick(x, from, y);
  }

  static void scatter(Scatter op, Tensor x, Tensor index, Tensor source, Tensor y) {
    long[] to = elements(op, op.dim(), x.shape(), index);
    Layout used = corner(source, index.shape());
    if (y.dtype().isFloating()) {
      double[] values = Values.doubles(source, used);
      double[] result = Values.doubles(x);
      for (int i = 0; i < to.length; i++) {
        result[(int) to[i]] = values[i];
      }
      Values.write(y, result);
    } else {
      long[] values = Values.longs(source, used);
      long[] result = Values.longs(x);
      for (int i = 0; i < to.length; i++) {
        result[(int) to[i]] = values[i];
      }
      Values.write(y, result);
    }
  }

  static void scatterReduce(ScatterReduce op, Tensor x, Tensor index, Tensor source, Tensor y) {
    long[] to = elements(op, op.dim(), x.shape(), index);
    Layout used = corner(source, index.shape());
    if (y.dtype().isFloating()) {
      double[] values = Values.doubles(source, used);
      double[] result = Values.doubles(x);
      for (int i = 0; i < to.length; i++) {
        result[(int) to[i]] = op.kind().at(result[(int) to[i]], values[i]);
      }
      Values.write(y, result);
    } else {
      long[] values = Values.longs(source, used);
      long[] result = Values.longs(x);
      for (int i = 0; i < to.length; i++) {
        result[(int) to[i]] = op.kind().at(result[(int) to[i]], values[i]);
      }
      Values.write(y, result);
    }
  }

  /** y[i] = x[from[i]]. */
  private static void pick(Tensor x, long[] from, Tensor y) {
    if (x.dtype().isFloating()) {
      double[] values = Values.doubles(x);
      double[] result = new double[from.length];
      for (int i = 0; i < from.length; i++) {
        result[i] = values[(int) from[i]];
      }
      Values.write(y, result);
    } else {
      long[] values = Values.longs(x);
      long[] result = new long[from.length];
      for (int i = 0; i < from.length; i++) {
        result[i] = values[(int) from[i]];
      }
      Values.write(y, result);
    }
  }

  /** y[to[i]] += x[i], onto zeros, in the order of i. */
  private static void addUp(Tensor x, Layout used, long[] to, Tensor y) {
    if (x.dtype().isFloating()) {
      double[] values = Values.doubles(x, used);
      double[] result = new double[Values.count(y.shape())];
      for (int i = 0; i < to.length; i++) {
        result[(int) to[i]] += values[i];
      }
      Values.write(y, result);
    } else {
      long[] values = Values.longs(x, used);
      long[] result = new long[Values.count(y.shape())];
      for (int i = 0; i < to.length; i++) {
        result[(int) to[i]] += values[i];
      }
      Values.write(y, result);
    }
  }

  /**
   * Positions in a tensor of shape {@code shape} of the rows that the index names along {@code
   * dim}, element by element.
   */
  private static long[] rows(Op op, int dim, Shape shape, Tensor index) {
    long[] names = Values.longs(index);
    int d = shape.dim(dim);
    for (int i = 0; i < names.length; i++) {
      require(op, names[i], 0, shape.size(d), i, index, "dimension " + d + " of " + shape);
    }
    Axis all = Axis.of(shape, d);
    Axis named = new Axis(all.outer(), names.length, all.inner());
    long[] positions = new long[Values.count(shape.with(d, names.length))];
    for (int o = 0; o < named.outer(); o++) {
      for (int j = 0; j < named.size(); j++) {
        for (int i = 0; i < named.inner(); i++) {
          positions[named.at(o, j, i)] = all.at(o, (int) names[j], i);
        }
      }
    }
    return positions;
  }

  /**
   * Positions in a tensor of shape {@code shape}: those of the index's elements, with the index's
   * value in the place of coordinate {@code dim}.
   */
  private static long[] elements(Op op, int dim, Shape shape, Tensor index) {
    long[] positions = Values.longs(index);
    if (shape.rank() == 0) {
      require(op, positions[0], 0, 1, 0, index, "the scalar");
      return positions;
    }
    int d = shape.dim(dim);
    Layout layout = Layout.contiguous(shape);
    for (int i = 0; i < positions.length; i++) {
      require(op, positions[i], 0, shape.size(d), i, index, "dimension " + d + " of " + shape);
      long[] at = Values.index(index.shape(), i);
      at[d] = positions[i];
      positions[i] = layout.position(at);
    }
    return positions;
  }

  /** The part of {@code x} that an index of this shape reaches: it starts at the first element. */
  private static Layout corner(Tensor x, Shape index) {
    Layout layout = x.layout();
    for (int d = 0; d < index.rank(); d++) {
      layout = layout.slice(d, 0, index.size(d), 1);
    }
    return layout;
  }

  private static void require(
      Op op, long value, long low, long high, int at, Tensor index, String what) {
    if (value < low || value >= high) {
      throw new IndexException(
          op
              + ": index "
              + index.shape()
              + ": value "
              + value
              + " at element "
              + at
              + " is outside "
              + what
              + (low == high ? ", which is empty" : ": allowed are " + low + " to " + (high - 1)));
    }
  }
}
