package dev.weft.engine;

/** How methods that find indices along a dimension turn them into values. */
final class Pick {

  private Pick() {}

  /** A dimension counted from 0; a scalar counts as one of size 1. */
  static int axis(String op, Tensor x, int dim) {
    x.spec().requireDim(op, dim);
    return dim < 0 ? dim + Math.max(1, x.rank()) : dim;
  }

  /** The elements of {@code x} that the indices name along {@code dim}. */
  static Tensor along(Tensor x, int dim, Tensor indices) {
    return x.rank() == 0 ? x : x.gather(axis("gather", x, dim), indices);
  }

  /** As {@link #along} for one index per slice; {@code axis} disappears unless {@code keepdim}. */
  static ValuesAndIndices one(Tensor x, int axis, Tensor indices, boolean keepdim) {
    Tensor values = along(x, axis, indices);
    return keepdim || x.rank() == 0
        ? new ValuesAndIndices(values, indices)
        : new ValuesAndIndices(values.squeeze(axis), indices.squeeze(axis));
  }
}
