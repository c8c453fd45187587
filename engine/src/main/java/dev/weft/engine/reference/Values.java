package dev.weft.engine.reference;

import dev.weft.engine.Layout;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;

/** The elements of tensors as Java arrays, in row-major order whatever the layout. */
final class Values {

  private Values() {}

  /** All elements as doubles. */
  static double[] doubles(Tensor x) {
    return doubles(x, x.layout());
  }

  /**
   * The elements that another layout over the memory of {@code x} shows; of complex ones, a layout
   * of their parts.
   */
  static double[] doubles(Tensor x, Layout layout) {
    long[] positions = positions(layout);
    double[] values = new double[positions.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Native.getDouble(x.dtype().toReal(), x.storage().address(), positions[i]);
    }
    return values;
  }

  /** All elements as longs: exact for integers and bool. */
  static long[] longs(Tensor x) {
    return longs(x, x.layout());
  }

  /** The elements that another layout over the memory of {@code x} shows, as longs. */
  static long[] longs(Tensor x, Layout layout) {
    long[] positions = positions(layout);
    long[] values = new long[positions.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Native.getLong(x.dtype(), x.storage().address(), positions[i]);
    }
    return values;
  }

  /** Stores all elements, each rounded once to the dtype of {@code y}. */
  static void write(Tensor y, double[] values) {
    write(y, y.layout(), values);
  }

  /** Stores all elements of another layout over the memory of {@code y}. */
  static void write(Tensor y, Layout layout, double[] values) {
    long[] positions = positions(layout);
    for (int i = 0; i < values.length; i++) {
      Native.setDouble(y.dtype().toReal(), y.storage().address(), positions[i], values[i]);
    }
  }

  /** Stores all elements; narrower integer types keep the low bits. */
  static void write(Tensor y, long[] values) {
    write(y, y.layout(), values);
  }

  private static void write(Tensor y, Layout layout, long[] values) {
    long[] positions = positions(layout);
    for (int i = 0; i < values.length; i++) {
      Native.setLong(y.dtype(), y.storage().address(), positions[i], values[i]);
    }
  }

  /** Stores the elements of {@code x}, converted, in {@code y}. */
  static void copy(Tensor x, Tensor y) {
    copy(x, y, y.layout());
  }

  /** Stores the elements of {@code x}, converted, where a layout over {@code y} says. */
  static void copy(Tensor x, Tensor y, Layout layout) {
    if (x.dtype().isFloating()) {
      write(y, layout, doubles(x));
    } else {
      write(y, layout, longs(x));
    }
  }

  /** Where in its storage each element lies, counted in elements. */
  static long[] positions(Layout layout) {
    Shape shape = layout.shape();
    long[] positions = new long[count(shape)];
    long[] strides = layout.strides();
    long[] index = new long[strides.length];
    long at = layout.offset();
    for (int i = 0; i < positions.length; i++) {
      positions[i] = at;
      for (int d = strides.length - 1; d >= 0; d--) { // the next index, like an odometer
        at += strides[d];
        if (++index[d] < shape.size(d)) {
          break;
        }
        at -= index[d] * strides[d];
        index[d] = 0;
      }
    }
    return positions;
  }

  /** The index (i, j, …) of each element of a tensor of this shape. */
  static long[] index(Shape shape, long element) {
    long[] index = new long[shape.rank()];
    for (int d = index.length - 1; d >= 0; d--) {
      index[d] = element % shape.size(d);
      element /= shape.size(d);
    }
    return index;
  }

  /** The number of elements, which must fit into a Java array. */
  static int count(Shape shape) {
    if (shape.numel() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "reference backend: a tensor of shape " + shape + " does not fit into a Java array");
    }
    return (int) shape.numel();
  }

  /**
   * A contiguous tensor seen along one dimension: element j of the slice (outer, inner) lies at
   * {@code at(outer, j, inner)}. A scalar is one slice of one element.
   */
  record Axis(int outer, int size, int inner) {

    static Axis of(Shape shape, int dim) {
      if (shape.rank() == 0) {
        return new Axis(1, 1, 1);
      }
      int d = shape.dim(dim);
      return new Axis(
          count(shape.slice(0, d)), (int) shape.size(d), count(shape.slice(d + 1, shape.rank())));
    }

    int at(int o, int j, int i) {
      return (o * size + j) * inner + i;
    }
  }
}
