package dev.weft.engine;

/**
 * What one place between the brackets of {@code x[…]} says in Python; for {@link Tensor#get} and
 * {@link Tensor#set}. A tensor is an index too: integers pick elements, and bool picks where it is
 * true. Dimensions that no index names are taken whole.
 *
 * {@snippet :
 * x.get(at(0), from(1));             // x[0, 1:]
 * x.get(ellipsis(), at(-1));         // x[..., -1]
 * x.get(all(), rows, newAxis());     // x[:, rows, None]
 * x.set(0, x.lt(0));                 // x[x < 0] = 0
 * }
 */
public sealed interface Index permits Index.At, Index.Range, Index.Marker, Tensor {

  /** One position, negative from the end; its dimension disappears. */
  record At(long position) implements Index {
    @Override
    public String toString() {
      return Long.toString(position);
    }
  }

  /**
   * Every {@code step}-th position from {@code from} to {@code to} (exclusive), as Python's slices:
   * bounds may be negative, which counts from the end, and are clipped to the dimension.
   */
  record Range(long from, long to, long step) implements Index {
    @Override
    public String toString() {
      return (from == 0 ? "" : from)
          + ":"
          + (to == Long.MAX_VALUE ? "" : to)
          + (step == 1 ? "" : ":" + step);
    }
  }

  /** An index that names no elements. */
  enum Marker implements Index {
    /** A new dimension of size 1. */
    NEW_AXIS,
    /** As many whole dimensions as the other indices leave. */
    ELLIPSIS;

    @Override
    public String toString() {
      return this == NEW_AXIS ? "None" : "...";
    }
  }

  /** Position {@code i}: {@code x[i]}. */
  static Index at(long i) {
    return new At(i);
  }

  /** Positions {@code from} to {@code to} (exclusive): {@code x[from:to]}. */
  static Index range(long from, long to) {
    return new Range(from, to, 1);
  }

  /** Every {@code step}-th of these: {@code x[from:to:step]}. */
  static Index range(long from, long to, long step) {
    return new Range(from, to, step);
  }

  /** From a position on: {@code x[from:]}. */
  static Index from(long from) {
    return new Range(from, Long.MAX_VALUE, 1);
  }

  /** Up to a position (exclusive): {@code x[:to]}. */
  static Index to(long to) {
    return new Range(0, to, 1);
  }

  /** A whole dimension: {@code x[:]}. */
  static Index all() {
    return new Range(0, Long.MAX_VALUE, 1);
  }

  /** A new dimension of size 1: {@code x[None]}. */
  static Index newAxis() {
    return Marker.NEW_AXIS;
  }

  /** As many whole dimensions as the other indices leave: {@code x[...]}. */
  static Index ellipsis() {
    return Marker.ELLIPSIS;
  }
}
