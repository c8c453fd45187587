package dev.weft.engine;

import dev.weft.engine.op.Diagonal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations of {@link Tensor} that put its elements elsewhere: mirrored, repeated, padded. */
public sealed interface ArrangeOps permits Tensor {

  /** A copy with the order of the elements reversed along each of {@code dims}. */
  default Tensor flip(int... dims) {
    Tensor x = (Tensor) this;
    Tensor y = x;
    var seen = new ArrayList<Integer>();
    for (int dim : dims) {
      int axis = x.spec().dim("flip", dim);
      if (seen.contains(axis)) {
        throw new ShapeException("flip: " + x.shape() + ": dimension " + dim + " is named twice");
      }
      seen.add(axis);
      y = y.indexSelect(axis, Tensor.arange(x.size(axis) - 1, -1, -1).to(x.device()));
    }
    return y == x ? x.copy() : y;
  }

  /** Mirrored left to right: dimension 1. */
  default Tensor fliplr() {
    ((Tensor) this).spec().requireRank("fliplr", 2);
    return flip(1);
  }

  /** Mirrored upside down: dimension 0. */
  default Tensor flipud() {
    ((Tensor) this).spec().requireRank("flipud", 1);
    return flip(0);
  }

  /**
   * A copy shifted by {@code shift} places along {@code dim}; what leaves at one end comes in at
   * the other.
   */
  default Tensor roll(long shift, int dim) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("roll", dim);
    long size = x.size(axis);
    long kept = size == 0 ? 0 : size - Math.floorMod(shift, size);
    return Tensor.cat(List.of(x.narrow(axis, kept, size - kept), x.narrow(axis, 0, kept)), axis);
  }

  /** {@link #roll(long, int)} along several dimensions. */
  default Tensor roll(long[] shifts, int[] dims) {
    Tensor x = (Tensor) this;
    if (shifts.length != dims.length || dims.length == 0) {
      throw new ShapeException(
          "roll: "
              + x.shape()
              + ": "
              + shifts.length
              + " shifts for "
              + dims.length
              + " dimensions; needs one each");
    }
    Tensor y = x;
    for (int i = 0; i < dims.length; i++) {
      y = y.roll(shifts[i], dims[i]);
    }
    return y;
  }

  /** {@link #roll(long, int)} of all elements as one row; the shape stays. */
  default Tensor roll(long shift) {
    Tensor x = (Tensor) this;
    return x.reshape(-1).roll(shift, 0).reshape(x.shape());
  }

  /** A copy turned by {@code k} right angles in a plane, from {@code dim0} towards {@code dim1}. */
  default Tensor rot90(int k, int dim0, int dim1) {
    Tensor x = (Tensor) this;
    x.spec().requireRank("rot90", 2);
    if (x.spec().dim("rot90", dim0) == x.spec().dim("rot90", dim1)) {
      throw new ShapeException(
          "rot90: " + x.shape() + ": dimensions " + dim0 + " and " + dim1 + " span no plane");
    }
    return switch (Math.floorMod(k, 4)) {
      case 1 -> x.flip(dim1).transpose(dim0, dim1);
      case 2 -> x.flip(dim0, dim1);
      case 3 -> x.flip(dim0).transpose(dim0, dim1);
      default -> x.copy();
    };
  }

  /**
   * A copy laid {@code times[d]} times along each dimension; more numbers than dimensions add
   * leading ones.
   */
  default Tensor repeat(long... times) {
    Tensor x = (Tensor) this;
    int added = times.length - x.rank();
    if (added < 0) {
      throw new ShapeException(
          "repeat: "
              + x.shape()
              + ": "
              + Arrays.toString(times)
              + ": needs a number for every dimension; tile fills up with 1");
    }
    if (Arrays.stream(times).anyMatch(n -> n < 0)) {
      throw new ShapeException(
          "repeat: " + x.shape() + ": " + Arrays.toString(times) + ": must not be negative");
    }
    // (a, b) → (1, a, 1, b) → (times, a, times, b) → (times · a, times · b)
    long[] single = new long[2 * times.length];
    long[] repeated = new long[2 * times.length];
    long[] result = new long[times.length];
    for (int d = 0; d < times.length; d++) {
      long size = d < added ? 1 : x.size(d - added);
      single[2 * d] = 1;
      single[2 * d + 1] = size;
      repeated[2 * d] = times[d];
      repeated[2 * d + 1] = size;
      if (size > 0 && times[d] > Long.MAX_VALUE / size) {
        throw new ShapeException(
            "repeat: " + x.shape() + ": " + Arrays.toString(times) + ": gives too many elements");
      }
      result[d] = times[d] * size;
    }
    Tensor y = x.reshape(single).expand(repeated).reshape(result);
    return y.storage() == x.storage() ? y.copy() : y;
  }

  /** As {@link #repeat}, with 1 for leading dimensions that have no number. */
  default Tensor tile(long... times) {
    Tensor x = (Tensor) this;
    long[] all = new long[Math.max(times.length, x.rank())];
    Arrays.fill(all, 1);
    System.arraycopy(times, 0, all, all.length - times.length, times.length);
    return x.repeat(all);
  }

  /** Each element of the tensor, seen as one row, {@code times} times in succession. */
  default Tensor repeatInterleave(long times) {
    return ((Tensor) this).reshape(-1).repeatInterleave(times, 0);
  }

  /** Each slice along {@code dim} {@code times} times in succession. */
  default Tensor repeatInterleave(long times, int dim) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("repeatInterleave", dim);
    if (times < 0) {
      throw new IllegalArgumentException(
          "repeat_interleave: " + times + " times: must not be negative");
    }
    Shape each = x.shape().insert(axis + 1, times);
    Tensor y = x.unsqueeze(axis + 1).expand(each).flatten(axis, axis + 1);
    return y.storage() == x.storage() ? y.copy() : y;
  }

  /**
   * Slice i along {@code dim} {@code times[i]} times in succession. Reads the numbers, and so waits
   * for a device.
   *
   * @param times integers, one per slice, or one for all
   */
  default Tensor repeatInterleave(Tensor times, int dim) {
    Operands.given("repeat_interleave", "times", times);
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("repeatInterleave", dim);
    times.spec().requireIndex("repeat_interleave");
    if (times.rank() > 1 || times.numel() != 1 && times.numel() != x.size(axis)) {
      throw new ShapeException(
          "repeat_interleave: "
              + x.shape()
              + ": "
              + times.shape()
              + " numbers for dimension "
              + dim
              + " of size "
              + x.size(axis)
              + ": needs one each");
    }
    long[] counts = times.expand(Shape.of(x.size(axis))).toLongArray();
    if (Arrays.stream(counts).anyMatch(n -> n < 0)) {
      throw new IllegalArgumentException(
          "repeat_interleave: a slice cannot be repeated a negative number of times");
    }
    long[] index = new long[Math.toIntExact(Arrays.stream(counts).sum())];
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      Arrays.fill(index, at, at += (int) counts[i], i);
    }
    return x.indexSelect(axis, Tensor.of(index).to(x.device()));
  }

  /**
   * Of a row, the square matrix with that diagonal, else 0; of a matrix, a copy of its diagonal.
   */
  default Tensor diag(long offset) {
    Tensor x = (Tensor) this;
    if (x.rank() == 1) {
      return diagEmbed(offset, 0, 1);
    }
    if (x.rank() != 2) {
      throw new ShapeException("diag: " + x.shape() + ": must be a row or a matrix");
    }
    return x.diagonal(offset, 0, 1).copy();
  }

  /** {@link #diag(long)} of the main diagonal. */
  default Tensor diag() {
    return diag(0);
  }

  /**
   * The square matrices that have the tensor's rows as a diagonal, else 0.
   *
   * <p>Shape: (*, n) → (*, n + |offset|, n + |offset|), with the two new dimensions at {@code dim1}
   * and {@code dim2}.
   */
  default Tensor diagEmbed(long offset, int dim1, int dim2) {
    Tensor x = (Tensor) this;
    x.spec().requireRank("diag_embed", 1);
    int rank = x.rank() + 1;
    int rows = dim1 < 0 ? dim1 + rank : dim1;
    int columns = dim2 < 0 ? dim2 + rank : dim2;
    if (rows < 0 || rows >= rank || columns < 0 || columns >= rank || rows == columns) {
      throw new ShapeException(
          "diag_embed: "
              + x.shape()
              + ": dimensions "
              + dim1
              + " and "
              + dim2
              + ": must differ and lie within "
              + -rank
              + " to "
              + (rank - 1));
    }
    if (Math.abs(Math.max(offset, -Long.MAX_VALUE)) > Long.MAX_VALUE - x.size(-1)) {
      throw new ShapeException("diag_embed: " + x.shape() + ": offset " + offset + " is too large");
    }
    long size = x.size(-1) + Math.abs(offset);
    Shape whole =
        x.shape()
            .without(-1)
            .insert(Math.min(rows, columns), size)
            .insert(Math.max(rows, columns), size);
    return new Diagonal(offset, rows, columns).embed(x, whole);
  }

  /** {@link #diagEmbed(long, int, int)} of the main diagonal, in the last two dimensions. */
  default Tensor diagEmbed() {
    return diagEmbed(0, -2, -1);
  }

  /** The square matrix with all elements, seen as one row, on a diagonal. */
  default Tensor diagflat(long offset) {
    return ((Tensor) this).reshape(-1).diagEmbed(offset, 0, 1);
  }

  /** A copy with 0 above the diagonal {@code offset} of each matrix in the last two dimensions. */
  default Tensor tril(long offset) {
    return triangle("tril", offset, true);
  }

  /** {@link #tril(long)} of the main diagonal. */
  default Tensor tril() {
    return tril(0);
  }

  /** A copy with 0 below the diagonal {@code offset} of each matrix in the last two dimensions. */
  default Tensor triu(long offset) {
    return triangle("triu", offset, false);
  }

  /** {@link #triu(long)} of the main diagonal. */
  default Tensor triu() {
    return triu(0);
  }

  private Tensor triangle(String op, long offset, boolean lower) {
    Tensor x = (Tensor) this;
    x.spec().requireRank(op, 2);
    Tensor rows = Tensor.arange(x.size(-2)).unsqueeze(1);
    Tensor above = Tensor.arange(x.size(-1)).sub(rows).to(x.device()); // the diagonal's number
    Tensor kept = lower ? above.le(offset) : above.ge(offset);
    return kept.where(x, Tensor.zeros(Shape.SCALAR, x.dtype(), x.device()));
  }

  /** Zeros around the tensor; see {@link #pad(long[], PadMode, double)}. */
  default Tensor pad(long... pads) {
    return pad(pads, PadMode.CONSTANT, 0);
  }

  /** With {@code mode}, which needs no value, around the tensor. */
  default Tensor pad(long[] pads, PadMode mode) {
    return pad(pads, mode, 0);
  }

  /**
   * The tensor with more elements around it; negative numbers cut elements off.
   *
   * @param pads how many in front and behind, in pairs, the last dimension first, as in PyTorch:
   *     {left, right, top, bottom, …}
   * @param value what a constant border holds; converted to the tensor's dtype
   */
  default Tensor pad(long[] pads, PadMode mode, double value) {
    Tensor x = (Tensor) this;
    if (pads.length % 2 != 0 || pads.length / 2 > x.rank()) {
      throw new ShapeException(
          "pad: "
              + x.shape()
              + ": "
              + Arrays.toString(pads)
              + ": needs pairs of numbers, for not more dimensions than there are");
    }
    Tensor y = x;
    for (int i = 0; i < pads.length / 2; i++) {
      int dim = x.rank() - 1 - i;
      long before = pads[2 * i];
      long behind = pads[2 * i + 1];
      long size = x.size(dim);
      long cut = Math.max(0, -before) + Math.max(0, -behind);
      long limit = mode.limit(mode == PadMode.CIRCULAR ? Math.max(0, size - cut) : size);
      if (before > limit || behind > limit || before + behind < -size) {
        throw new ShapeException(
            "pad: "
                + x.shape()
                + ": "
                + before
                + " and "
                + behind
                + " do not fit dimension "
                + dim
                + " with mode "
                + mode);
      }
      if (before != 0 || behind != 0) {
        y =
            mode == PadMode.CONSTANT
                ? bordered(y, dim, before, behind, value)
                : mapped(y, dim, before, behind, mode);
      }
    }
    return y == x ? x.copy() : y;
  }

  /** Places −before to size + behind of an endless row that holds x at 0 and else the value. */
  private static Tensor bordered(Tensor x, int dim, long before, long behind, double value) {
    long size = x.size(dim);
    long from = Math.max(0, -before);
    long to = Math.min(size, size + behind);
    var parts = new ArrayList<Tensor>();
    parts.add(border(x, dim, before + Math.min(0, size + behind), value));
    parts.add(to > from ? x.narrow(dim, from, to - from) : x.narrow(dim, 0, 0));
    parts.add(border(x, dim, size + behind - Math.max(size, -before), value));
    return Tensor.cat(parts, dim);
  }

  private static Tensor border(Tensor x, int dim, long size, double value) {
    return Tensor.full(x.shape().with(dim, Math.max(0, size)), value, x.dtype(), x.device());
  }

  private static Tensor mapped(Tensor x, int dim, long before, long behind, PadMode mode) {
    long size = x.size(dim);
    if (before + behind > Integer.MAX_VALUE - size) {
      throw new ShapeException(
          "pad: " + x.shape() + ": " + before + " and " + behind + " along " + dim + ": too many");
    }
    // A circle is closed from what is left after cutting, as in PyTorch.
    boolean circle = mode == PadMode.CIRCULAR;
    long from = circle ? Math.max(0, -before) : 0;
    long row = circle ? size - from - Math.max(0, -behind) : size;
    long[] index = new long[(int) (size + before + behind)];
    for (int i = 0; i < index.length; i++) {
      index[i] = from + mode.source(i - before - from, row);
    }
    return x.indexSelect(dim, Tensor.of(index).to(x.device()));
  }
}
