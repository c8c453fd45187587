package dev.weft.engine;

import java.util.Arrays;
import java.util.Optional;

/**
 * How a tensor's elements lie in its storage: element (i, j, …) is at {@code offset + i·strides[0]
 * + j·strides[1] + …}, counted in elements. Views differ from their base in nothing else.
 *
 * <p>Immutable. Strides are never negative; stride 0 repeats one element along a dimension.
 */
public final class Layout {

  private final Shape shape;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;

  private Layout(Shape shape, long[] strides, long offset) {
    this(shape, strides, offset, isRowMajor(shape, strides));
  }

  private Layout(Shape shape, long[] strides, long offset, boolean contiguous) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguous = contiguous;
  }

  private static boolean isRowMajor(Shape shape, long[] strides) {
    if (shape.numel() == 0) {
      return true;
    }
    long expected = 1;
    for (int d = shape.rank() - 1; d >= 0; d--) {
      long size = shape.size(d);
      if (size != 1) {
        if (strides[d] != expected) {
          return false;
        }
        expected *= size;
      }
    }
    return true;
  }

  /** Row-major, without gaps, from offset 0. */
  public static Layout contiguous(Shape shape) {
    return new Layout(shape, rowMajor(shape), 0, true);
  }

  /** Any layout. The caller checks it against the storage with {@link #extent}. */
  public static Layout strided(Shape shape, long[] strides, long offset) {
    if (strides.length != shape.rank()) {
      throw new ShapeException(
          "strides "
              + Arrays.toString(strides)
              + " for shape "
              + shape
              + ": one stride per dimension");
    }
    for (long stride : strides) {
      if (stride < 0) {
        throw new ShapeException(
            "strides " + Arrays.toString(strides) + ": negative strides are not allowed");
      }
    }
    if (offset < 0) {
      throw new ShapeException("storage offset " + offset + " is negative");
    }
    return new Layout(shape, strides.clone(), offset);
  }

  private static long[] rowMajor(Shape shape) {
    long[] strides = new long[shape.rank()];
    long step = 1;
    for (int d = shape.rank() - 1; d >= 0; d--) {
      strides[d] = step;
      step *= Math.max(1, shape.size(d));
    }
    return strides;
  }

  public Shape shape() {
    return shape;
  }

  public long stride(int dim) {
    return strides[shape.dim(dim)];
  }

  public long[] strides() {
    return strides.clone();
  }

  public long offset() {
    return offset;
  }

  /** Row-major without gaps; the offset may be any. */
  public boolean isContiguous() {
    return contiguous;
  }

  /**
   * One past the largest element position that the layout reaches; 0 when there are no elements.
   */
  public long extent() {
    if (shape.numel() == 0) {
      return 0;
    }
    long last = offset;
    for (int d = 0; d < strides.length; d++) {
      last = Math.addExact(last, Math.multiplyExact(shape.size(d) - 1, strides[d]));
    }
    return Math.addExact(last, 1);
  }

  /**
   * The position of one element in the storage, with bounds checks. Negative indices count from the
   * end.
   */
  public long position(long... index) {
    if (index.length != shape.rank()) {
      throw new IndexException(
          "index "
              + Arrays.toString(index)
              + " of a tensor of shape "
              + shape
              + ": one number per dimension");
    }
    long at = offset;
    for (int d = 0; d < index.length; d++) {
      long size = shape.size(d);
      if (index[d] < -size || index[d] >= size) {
        throw new IndexException(
            "index "
                + Arrays.toString(index)
                + " of a tensor of shape "
                + shape
                + ": "
                + index[d]
                + " is outside dimension "
                + d);
      }
      at += (index[d] < 0 ? index[d] + size : index[d]) * strides[d];
    }
    return at;
  }

  /** Dimension i of the result is dimension {@code dims[i]} of this one. */
  public Layout permute(int... dims) {
    long[] sizes = new long[dims.length];
    long[] steps = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      sizes[i] = shape.size(dims[i]);
      steps[i] = strides[dims[i]];
    }
    return new Layout(Shape.of(sizes), steps, offset);
  }

  /**
   * Every {@code step}-th element from {@code start} to {@code end} (exclusive) along {@code dim}.
   */
  public Layout slice(int dim, long start, long end, long step) {
    long count = end <= start ? 0 : Math.ceilDiv(end - start, step);
    long[] steps = strides.clone();
    steps[dim] *= step;
    return new Layout(
        shape.with(dim, count), steps, offset + (count == 0 ? 0 : start * strides[dim]));
  }

  /** Repeats dimensions of size 1 (and new leading ones) with stride 0. */
  public Layout expand(Shape target) {
    int added = target.rank() - shape.rank();
    long[] steps = new long[target.rank()];
    for (int d = 0; d < target.rank(); d++) {
      boolean repeats = d < added || shape.size(d - added) != target.size(d);
      steps[d] = repeats ? 0 : strides[d - added];
    }
    return new Layout(target, steps, offset);
  }

  /**
   * The same elements under another shape, if that needs no copy: a group of dimensions can be
   * merged or split where it lies without gaps.
   */
  public Optional<Layout> reshape(Shape target) {
    if (contiguous) {
      return Optional.of(new Layout(target, rowMajor(target), offset, true));
    }
    long[] steps = new long[target.rank()];
    int to = target.rank() - 1;
    int from = shape.rank() - 1;
    while (from >= 0) {
      // One run of old dimensions that lies without gaps…
      long size = shape.size(from);
      long base = strides[from];
      long next = base * size;
      while (from > 0 && (shape.size(from - 1) == 1 || size == 1 || strides[from - 1] == next)) {
        from--;
        if (size == 1) {
          base = strides[from];
          next = base;
        }
        size *= shape.size(from);
        next *= shape.size(from);
      }
      // …is taken up by new dimensions of the same total size.
      long left = size;
      long step = base;
      while (to >= 0 && (left > 1 || target.size(to) == 1)) {
        if (left % target.size(to) != 0) {
          return Optional.empty();
        }
        steps[to] = step;
        step *= target.size(to);
        left /= target.size(to);
        to--;
      }
      if (left != 1) {
        return Optional.empty();
      }
      from--;
    }
    for (; to >= 0; to--) {
      steps[to] = 1;
    }
    return Optional.of(new Layout(target, steps, offset));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout l
        && shape.equals(l.shape)
        && Arrays.equals(strides, l.strides)
        && offset == l.offset;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return "Layout[shape="
        + shape
        + ", strides="
        + Arrays.toString(strides)
        + ", offset="
        + offset
        + "]";
  }
}
