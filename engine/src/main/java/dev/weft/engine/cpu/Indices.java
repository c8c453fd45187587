package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.IndexException;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;
import java.util.function.Supplier;

/**
 * The values of an index tensor. Each is checked when it is read, so that none reaches an address;
 * the exception names the first wrong one, whoever finds which first.
 */
final class Indices {

  private final Op op;
  private final Tensor index;
  private final long address;
  private final long low;
  private final long high;
  private final Supplier<String> target;

  private Indices(Op op, Tensor index, long low, long high, Supplier<String> target) {
    this.op = op;
    this.index = index;
    this.address = index.address();
    this.low = low;
    this.high = high;
    this.target = target;
  }

  /** Coordinates along {@code dim} of a tensor of this shape. */
  static Indices along(Op op, Tensor index, Shape shape, int dim) {
    if (shape.rank() == 0) {
      return new Indices(op, index, 0, 1, () -> "the scalar");
    }
    int d = shape.dim(dim);
    return new Indices(op, index, 0, shape.size(d), () -> "dimension " + d + " of " + shape);
  }

  /** Positions in a tensor of this shape seen as one row; negative ones count from its end. */
  static Indices flat(Op op, Tensor index, Shape shape) {
    return new Indices(op, index, -shape.numel(), shape.numel(), () -> "elements of " + shape);
  }

  /** Checks all, for an op that has nothing to move. */
  void check() {
    for (long i = 0; index.numel() > 0 && i < index.size(0); i++) {
      at(i * index.layout().stride(0));
    }
  }

  /** The one at {@code offset} elements from the first. */
  long at(long offset) {
    return checked(raw(offset));
  }

  /** {@code count} of them from {@code offset} on, {@code step} elements apart. */
  long[] run(long offset, long step, int count) {
    long[] values;
    if (step == 1) {
      values = Chunk.longs(index.dtype(), address + offset * index.dtype().bytes(), count);
    } else {
      values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = raw(offset + i * step);
      }
    }
    long outside = 0;
    for (int i = 0; i < count; i++) {
      outside |= values[i] - low | high - 1 - values[i]; // negative if either is
    }
    if (outside < 0) {
      throw firstOutside();
    }
    if (low < 0) {
      for (int i = 0; i < count; i++) {
        values[i] += values[i] >> 63 & high;
      }
    }
    return values;
  }

  private long raw(long offset) {
    return index.dtype() == DType.INT64
        ? ALL.get(Native.LONG, address + 8 * offset)
        : ALL.get(Native.INT, address + 4 * offset);
  }

  private long checked(long value) {
    if (value < low || value >= high) {
      throw firstOutside();
    }
    return value < 0 ? value + high : value;
  }

  private IndexException firstOutside() {
    long[] seen = {0};
    Runs runs = Runs.of(index.layout());
    try {
      runs.forEach(
          0,
          runs.rows(),
          offsets -> {
            for (long i = 0; i < runs.inner(); i++) {
              long value = raw(offsets[0] + i * runs.step(0));
              if (value < low || value >= high) {
                throw outside(value, seen[0]);
              }
              seen[0]++;
            }
          });
    } catch (IndexException found) {
      return found;
    }
    throw new java.util.ConcurrentModificationException(
        op + ": index " + index.shape() + ": was changed by another thread meanwhile");
  }

  private IndexException outside(long value, long at) {
    return new IndexException(
        op
            + ": index "
            + index.shape()
            + ": value "
            + value
            + " at element "
            + at
            + " is outside "
            + target.get()
            + (low == high ? ", which is empty" : ": allowed are " + low + " to " + (high - 1)));
  }
}
