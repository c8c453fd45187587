package dev.weft.engine;

import java.util.Arrays;

/**
 * The sizes of a tensor's dimensions, for example {@code (8, 16)}. A tensor of rank 0 has the empty
 * shape {@code ()} and one element; a dimension of size 0 makes a tensor of no elements.
 *
 * <p>Immutable.
 */
public final class Shape {

  /** The shape of a tensor that holds a single number. */
  public static final Shape SCALAR = new Shape(new long[0]);

  private final long[] dims;
  private final long numel;

  private Shape(long[] dims) {
    this.dims = dims;
    long product = 1;
    for (long size : dims) {
      if (size < 0) {
        throw new ShapeException(
            "shape " + Arrays.toString(dims) + ": size " + size + " is negative");
      }
      product = multiply(product, size, dims);
    }
    this.numel = product;
  }

  private static long multiply(long product, long size, long[] dims) {
    try {
      return Math.multiplyExact(product, size);
    } catch (ArithmeticException e) {
      throw new ShapeException(
          "shape " + Arrays.toString(dims) + ": the number of elements does not fit in 64 bits", e);
    }
  }

  /** The shape with these sizes. */
  public static Shape of(long... sizes) {
    return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
  }

  /** Short form of {@link #of} for static import. */
  public static Shape shape(long... sizes) {
    return of(sizes);
  }

  /** The number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** The number of elements: the product of all sizes, 1 for a scalar. */
  public long numel() {
    return numel;
  }

  /** The size of dimension {@code dim}; negative counts from the end. */
  public long size(int dim) {
    return dims[dim(dim)];
  }

  /** A copy of the sizes. */
  public long[] sizes() {
    return dims.clone();
  }

  /** Turns a possibly negative dimension into an index, or throws with the allowed range. */
  public int dim(int dim) {
    int rank = dims.length;
    if (dim < -rank || dim >= rank) {
      throw new ShapeException(
          rank == 0
              ? "dimension " + dim + " of shape (): a scalar has no dimensions"
              : "dimension "
                  + dim
                  + " of shape "
                  + this
                  + ": allowed are "
                  + -rank
                  + " to "
                  + (rank - 1));
    }
    return dim < 0 ? dim + rank : dim;
  }

  /** This shape with dimension {@code dim} set to {@code size}. */
  public Shape with(int dim, long size) {
    long[] sizes = dims.clone();
    sizes[dim(dim)] = size;
    return new Shape(sizes);
  }

  /** This shape without dimension {@code dim}. */
  public Shape without(int dim) {
    int at = dim(dim);
    long[] sizes = new long[dims.length - 1];
    System.arraycopy(dims, 0, sizes, 0, at);
    System.arraycopy(dims, at + 1, sizes, at, sizes.length - at);
    return of(sizes);
  }

  /** This shape with a new dimension of size {@code size} in front of position {@code at}. */
  public Shape insert(int at, long size) {
    long[] sizes = new long[dims.length + 1];
    System.arraycopy(dims, 0, sizes, 0, at);
    sizes[at] = size;
    System.arraycopy(dims, at, sizes, at + 1, dims.length - at);
    return new Shape(sizes);
  }

  /** Dimensions {@code from} (inclusive) to {@code to} (exclusive) as a shape of their own. */
  public Shape slice(int from, int to) {
    return of(Arrays.copyOfRange(dims, from, to));
  }

  /** These sizes followed by those of {@code other}. */
  public Shape concat(Shape other) {
    long[] sizes = Arrays.copyOf(dims, dims.length + other.dims.length);
    System.arraycopy(other.dims, 0, sizes, dims.length, other.dims.length);
    return of(sizes);
  }

  /**
   * The common shape of two operands: aligned at the last dimension, sizes must be equal or 1.
   *
   * @throws ShapeException naming {@code op} and both shapes when they do not fit
   */
  public static Shape broadcast(Object op, Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    long[] sizes = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long sizeA = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      long sizeB = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (sizeA != sizeB && sizeA != 1 && sizeB != 1) {
        throw new ShapeException(
            op
                + ": "
                + a
                + " and "
                + b
                + ": sizes "
                + sizeA
                + " and "
                + sizeB
                + " at dimension -"
                + i
                + " differ and neither is 1");
      }
      sizes[rank - i] = sizeA == 1 ? sizeB : sizeA;
    }
    return of(sizes);
  }

  /** Whether a tensor of this shape can be expanded to {@code target} by broadcasting. */
  public boolean broadcastsTo(Shape target) {
    if (rank() > target.rank()) {
      return false;
    }
    for (int i = 1; i <= rank(); i++) {
      long size = dims[rank() - i];
      if (size != 1 && size != target.dims[target.rank() - i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** {@code (8, 16)}, {@code (3)} and {@code ()} for a scalar. */
  @Override
  public String toString() {
    var text = new StringBuilder("(");
    for (int i = 0; i < dims.length; i++) {
      text.append(i == 0 ? "" : ", ").append(dims[i]);
    }
    return text.append(')').toString();
  }
}
