package dev.weft.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations of {@link Tensor} that cut it into pieces, which are views. */
public sealed interface SplitOps permits Tensor {

  /** Pieces of {@code size} along {@code dim}; the last may be smaller. Views. */
  default List<Tensor> split(long size, int dim) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("split", dim);
    if (size < 1) {
      throw new IllegalArgumentException("split: size " + size + ": must be at least 1");
    }
    var parts = new ArrayList<Tensor>();
    long at = 0;
    do {
      long length = Math.min(size, x.size(axis) - at);
      parts.add(x.narrow(axis, at, length));
      at += size;
    } while (at < x.size(axis));
    return parts;
  }

  /**
   * At most {@code count} pieces of equal size along {@code dim}; the last may be smaller. Views.
   */
  default List<Tensor> chunk(int count, int dim) {
    if (count < 1) {
      throw new IllegalArgumentException("chunk: " + count + " pieces: must be at least 1");
    }
    long size = ((Tensor) this).size(dim);
    return split(Math.max(1, (size + count - 1) / count), dim);
  }

  /** All slices along {@code dim}. Views. */
  default List<Tensor> unbind(int dim) {
    Tensor x = (Tensor) this;
    var parts = new ArrayList<Tensor>();
    for (long i = 0; i < x.size(dim); i++) {
      parts.add(x.select(dim, i));
    }
    return parts;
  }

  /** Pieces of the given sizes along {@code dim}, which they must fill. */
  default List<Tensor> split(long[] sizes, int dim) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("split", dim);
    if (Arrays.stream(sizes).anyMatch(size -> size < 0)
        || Arrays.stream(sizes).sum() != x.size(axis)) {
      throw new ShapeException(
          "split: "
              + x.shape()
              + ": sizes "
              + Arrays.toString(sizes)
              + " do not add up to dimension "
              + dim
              + " of size "
              + x.size(axis));
    }
    var parts = new ArrayList<Tensor>();
    long at = 0;
    for (long size : sizes) {
      parts.add(x.narrow(axis, at, size));
      at += size;
    }
    return parts;
  }

  /** {@code count} pieces along {@code dim}; the first ones are larger by one where needed. */
  default List<Tensor> tensorSplit(int count, int dim) {
    if (count < 1) {
      throw new IllegalArgumentException("tensor_split: " + count + " pieces: must be at least 1");
    }
    long size = ((Tensor) this).size(dim);
    long[] sizes = new long[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = size / count + (i < size % count ? 1 : 0);
    }
    return split(sizes, dim);
  }

  /**
   * Pieces that end where the next index begins: [0, i₀), [i₀, i₁), …, as Python's slices, so that
   * indices may be negative and lie outside.
   */
  default List<Tensor> tensorSplit(long[] indices, int dim) {
    Tensor x = (Tensor) this;
    var parts = new ArrayList<Tensor>();
    long from = 0;
    for (long to : indices) {
      parts.add(x.slice(dim, from, to));
      from = to;
    }
    parts.add(x.slice(dim, from, Long.MAX_VALUE));
    return parts;
  }

  /** {@link #tensorSplit(int, int)} along the columns: dimension 1, of a row 0; of equal size. */
  default List<Tensor> hsplit(int count) {
    return evenly("hsplit", count, ((Tensor) this).rank() == 1 ? 0 : 1, 1);
  }

  /** {@link #tensorSplit(int, int)} along the rows: dimension 0; of equal size. */
  default List<Tensor> vsplit(int count) {
    return evenly("vsplit", count, 0, 2);
  }

  /** {@link #tensorSplit(int, int)} along dimension 2; of equal size. */
  default List<Tensor> dsplit(int count) {
    return evenly("dsplit", count, 2, 3);
  }

  private List<Tensor> evenly(String op, int count, int dim, int rank) {
    Tensor x = (Tensor) this;
    x.spec().requireRank(op, rank);
    if (count < 1 || x.size(dim) % count != 0) {
      throw new ShapeException(
          op + ": " + x.shape() + ": " + count + " pieces of equal size do not fill it");
    }
    return tensorSplit(count, dim);
  }
}
