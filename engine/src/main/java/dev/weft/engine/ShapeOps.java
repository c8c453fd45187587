package dev.weft.engine;

import dev.weft.engine.op.AsStrided;
import dev.weft.engine.op.Copy;
import dev.weft.engine.op.Diagonal;
import dev.weft.engine.op.Expand;
import dev.weft.engine.op.Permute;
import dev.weft.engine.op.Reshape;
import dev.weft.engine.op.Slice;
import dev.weft.engine.op.UnfoldOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations of {@link Tensor} that change the shape or the layout, mostly without a copy. */
public sealed interface ShapeOps permits Tensor {

  /**
   * The same elements under another shape; one size may be −1. A copy only where the layout needs
   * one.
   */
  default Tensor reshape(long... sizes) {
    return reshape(resolve("reshape", ((Tensor) this).shape(), sizes));
  }

  default Tensor reshape(Shape shape) {
    Tensor x = (Tensor) this;
    return x.shape().equals(shape) ? x : Dispatch.run(new Reshape(shape), x);
  }

  /** As {@link #reshape(long...)}, but never a copy: an error where the layout would need one. */
  default Tensor view(long... sizes) {
    Tensor x = (Tensor) this;
    Shape shape = resolve("view", x.shape(), sizes);
    if (x.layout().reshape(shape).isEmpty()) {
      throw new ShapeException(
          "view: "
              + x.shape()
              + " as "
              + shape
              + ": needs a copy, because the elements do not lie in order; use reshape");
    }
    return Dispatch.run(new Reshape(shape), x);
  }

  /** The sizes as a shape, with −1 replaced by what fills the elements of {@code x}. */
  private static Shape resolve(String op, Shape x, long[] sizes) {
    int open = -1;
    long known = 1;
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] == -1 && open < 0) {
        open = i;
      } else if (sizes[i] < 0) {
        throw new ShapeException(
            op
                + ": "
                + x
                + " as "
                + Arrays.toString(sizes)
                + ": one size may be -1, none else negative");
      } else {
        known *= sizes[i];
      }
    }
    if (open < 0) {
      return Shape.of(sizes);
    }
    if (known == 0 || x.numel() % known != 0) {
      throw new ShapeException(
          op
              + ": "
              + x
              + " as "
              + Arrays.toString(sizes)
              + ": no size in the place of -1 fits "
              + x.numel()
              + " elements");
    }
    long[] resolved = sizes.clone();
    resolved[open] = x.numel() / known;
    return Shape.of(resolved);
  }

  /** Dimensions {@code startDim} to {@code endDim} (included) as one. */
  default Tensor flatten(int startDim, int endDim) {
    Tensor x = (Tensor) this;
    if (x.rank() == 0) {
      return x.reshape(1).flatten(startDim, endDim);
    }
    int from = x.spec().dim("flatten", startDim);
    int to = x.spec().dim("flatten", endDim);
    if (from > to) {
      throw new ShapeException(
          "flatten: " + x.shape() + ": dimension " + startDim + " lies behind " + endDim);
    }
    long size = x.shape().slice(from, to + 1).numel();
    return reshape(
        x.shape().slice(0, from).concat(Shape.of(size)).concat(x.shape().slice(to + 1, x.rank())));
  }

  /** All elements as one row. */
  default Tensor flatten() {
    return flatten(0, -1);
  }

  /** Dimension {@code dim} split into several; one size may be −1. */
  default Tensor unflatten(int dim, long... sizes) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("unflatten", dim);
    Shape parts = resolve("unflatten", Shape.of(x.size(axis)), sizes);
    if (parts.numel() != x.size(axis)) {
      throw new ShapeException(
          "unflatten: " + x.shape() + ": sizes " + parts + " do not fill dimension " + dim);
    }
    return reshape(
        x.shape().slice(0, axis).concat(parts).concat(x.shape().slice(axis + 1, x.rank())));
  }

  /** The same elements under the shape of {@code other}, never a copy; see {@link #view}. */
  default Tensor viewAs(Tensor other) {
    Operands.given("view_as", "other", other);
    return view(other.shape().sizes());
  }

  /** The same elements under the shape of {@code other}. */
  default Tensor reshapeAs(Tensor other) {
    Operands.given("reshape_as", "other", other);
    return reshape(other.shape());
  }

  /** All elements as one row; another name of {@link #flatten()}. */
  default Tensor ravel() {
    return flatten();
  }

  /** With at least one dimension: a scalar becomes a row of one. */
  default Tensor atleast1d() {
    Tensor x = (Tensor) this;
    return x.rank() == 0 ? x.reshape(1) : x;
  }

  /** With at least two dimensions: a row (n) becomes (1, n). */
  default Tensor atleast2d() {
    Tensor x = atleast1d();
    return x.rank() == 1 ? x.unsqueeze(0) : x;
  }

  /** With at least three dimensions: a row (n) becomes (1, n, 1), a matrix (m, n) (m, n, 1). */
  default Tensor atleast3d() {
    Tensor x = atleast2d();
    return x.rank() == 2 ? x.unsqueeze(2) : x;
  }

  /** Reorders dimensions: dimension i of the result is dimension {@code dims[i]}. */
  default Tensor permute(int... dims) {
    Tensor x = (Tensor) this;
    var axes = new ArrayList<Integer>(dims.length);
    for (int dim : dims) {
      axes.add(x.spec().dim("permute", dim));
    }
    return Dispatch.run(new Permute(axes), x);
  }

  /** Swaps two dimensions. */
  default Tensor transpose(int a, int b) {
    Tensor x = (Tensor) this;
    if (x.rank() == 0) { // of a scalar, 0 and -1 are allowed
      x.spec().requireDim("transpose", a).requireDim("transpose", b);
      return x;
    }
    int i = x.spec().dim("transpose", a);
    int j = x.spec().dim("transpose", b);
    var axes = new ArrayList<Integer>(x.rank());
    for (int d = 0; d < x.rank(); d++) {
      axes.add(d == i ? j : d == j ? i : d);
    }
    return i == j ? x : Dispatch.run(new Permute(axes), x);
  }

  /** Swaps two dimensions; another name of {@link #transpose}. */
  default Tensor swapaxes(int a, int b) {
    return transpose(a, b);
  }

  /** The transpose of each matrix in the last two dimensions. */
  default Tensor mT() {
    ((Tensor) this).spec().requireRank("mT", 2);
    return transpose(-2, -1);
  }

  /** Moves one dimension; the others keep their order. */
  default Tensor movedim(int source, int destination) {
    return movedim(new int[] {source}, new int[] {destination});
  }

  /**
   * Moves dimension {@code source[i]} to position {@code destination[i]}; the others keep their
   * order.
   */
  default Tensor movedim(int[] source, int[] destination) {
    Tensor x = (Tensor) this;
    if (x.rank() == 0) { // a scalar lets itself be named as if it had one dimension
      return x.unsqueeze(0).movedim(source, destination).squeeze(0);
    }
    if (source.length != destination.length) {
      throw new ShapeException(
          "movedim: "
              + x.shape()
              + ": "
              + source.length
              + " dimensions to "
              + destination.length
              + " places");
    }
    Integer[] axes = new Integer[x.rank()];
    var rest = new ArrayList<Integer>();
    for (int d = 0; d < x.rank(); d++) {
      rest.add(d);
    }
    for (int i = 0; i < source.length; i++) {
      Integer from = x.spec().dim("movedim", source[i]);
      int to = x.spec().dim("movedim", destination[i]);
      if (!rest.remove(from) || axes[to] != null) {
        throw new ShapeException(
            "movedim: "
                + x.shape()
                + ": "
                + Arrays.toString(source)
                + " to "
                + Arrays.toString(destination)
                + ": a dimension is named twice");
      }
      axes[to] = from;
    }
    for (int d = 0; d < axes.length; d++) {
      if (axes[d] == null) {
        axes[d] = rest.removeFirst();
      }
    }
    return Dispatch.run(new Permute(List.of(axes)), x);
  }

  /** The transpose of a matrix. */
  default Tensor t() {
    Tensor x = (Tensor) this;
    if (x.rank() > 2) {
      throw new ShapeException(
          "t: " + x.shape() + ": has more than two dimensions; use transpose or permute");
    }
    return x.rank() < 2 ? x : transpose(0, 1);
  }

  /** A new dimension of size 1 at {@code dim}. */
  default Tensor unsqueeze(int dim) {
    Tensor x = (Tensor) this;
    int rank = x.rank();
    if (dim < -rank - 1 || dim > rank) {
      throw new ShapeException(
          "unsqueeze: "
              + x.shape()
              + ": dimension "
              + dim
              + " is out of range, allowed are "
              + (-rank - 1)
              + " to "
              + rank);
    }
    return Dispatch.run(new Reshape(x.shape().insert(dim < 0 ? dim + rank + 1 : dim, 1)), x);
  }

  /** Without dimension {@code dim} if its size is 1; else unchanged. */
  default Tensor squeeze(int dim) {
    Tensor x = (Tensor) this;
    if (x.rank() == 0) {
      x.spec().requireDim("squeeze", dim);
      return x;
    }
    int axis = x.spec().dim("squeeze", dim);
    return x.size(axis) == 1 ? reshape(x.shape().without(axis)) : x;
  }

  /** Without all dimensions of size 1. */
  default Tensor squeeze() {
    Tensor x = (Tensor) this;
    return reshape(Shape.of(Arrays.stream(x.shape().sizes()).filter(size -> size != 1).toArray()));
  }

  /** Repeats dimensions of size 1, and new leading ones, without a copy; −1 keeps a size. */
  default Tensor expand(long... sizes) {
    Tensor x = (Tensor) this;
    long[] resolved = sizes.clone();
    int added = sizes.length - x.rank();
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] == -1) {
        if (i < added) {
          throw new ShapeException(
              "expand: " + x.shape() + ": -1 cannot stand for a new dimension");
        }
        resolved[i] = x.size(i - added);
      }
    }
    return expand(Shape.of(resolved));
  }

  /** To the shape of {@code other}; see {@link #expand(long...)}. */
  default Tensor expandAs(Tensor other) {
    Operands.given("expand_as", "other", other);
    return expand(other.shape());
  }

  /** Another name of {@link #expand(long...)}. */
  default Tensor broadcastTo(long... sizes) {
    return expand(sizes);
  }

  default Tensor expand(Shape shape) {
    Tensor x = (Tensor) this;
    return x.shape().equals(shape) ? x : Dispatch.run(new Expand(shape), x);
  }

  /** {@code length} elements from {@code start} on along {@code dim}, without a copy. */
  default Tensor narrow(int dim, long start, long length) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("narrow", dim);
    long from = start < 0 ? start + x.size(axis) : start;
    if (length < 0 || from > x.size(axis) - length) {
      throw new IndexException(
          "narrow: "
              + x.shape()
              + ": "
              + length
              + " elements from "
              + start
              + " on: dimension "
              + dim
              + " has "
              + x.size(axis));
    }
    return Dispatch.run(new Slice(axis, from, from + length, 1), x);
  }

  /**
   * Every {@code step}-th element from {@code start} to {@code end} (exclusive) along {@code dim},
   * as Python's slices: bounds may be negative and are clipped to the dimension.
   */
  default Tensor slice(int dim, long start, long end, long step) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("slice", dim);
    long size = x.size(axis);
    long from = Math.clamp(start < 0 ? start + size : start, 0, size);
    long to = Math.clamp(end < 0 ? end + size : end, from, size);
    return Dispatch.run(new Slice(axis, from, to, step), x);
  }

  default Tensor slice(int dim, long start, long end) {
    return slice(dim, start, end, 1);
  }

  /** The slice at {@code index} of dimension {@code dim}, which disappears. */
  default Tensor select(int dim, long index) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim("select", dim);
    long size = x.size(axis);
    if (index < -size || index >= size) {
      throw new IndexException(
          "select: "
              + x.shape()
              + ": index "
              + index
              + " is outside dimension "
              + dim
              + " of size "
              + size);
    }
    return narrow(axis, index < 0 ? index + size : index, 1).squeeze(axis);
  }

  /** The slice at {@code index} of the first dimension. */
  default Tensor get(long index) {
    return select(0, index);
  }

  /**
   * A diagonal of the matrices in dimensions {@code dim1} and {@code dim2}, as a view. See {@link
   * Diagonal}.
   */
  default Tensor diagonal(long offset, int dim1, int dim2) {
    Tensor x = (Tensor) this;
    x.spec().requireRank("diagonal", 2).requireDim("diagonal", dim1).requireDim("diagonal", dim2);
    return Dispatch.run(
        new Diagonal(offset, x.spec().dim("diagonal", dim1), x.spec().dim("diagonal", dim2)), x);
  }

  /** The main diagonal of the matrix in the first two dimensions, as a view. */
  default Tensor diagonal() {
    return diagonal(0, 0, 1);
  }

  /**
   * Windows of {@code size} elements along {@code dim}, {@code step} apart, as a view; they lie in
   * a new last dimension. See {@link UnfoldOp}.
   */
  default Tensor unfold(int dim, long size, long step) {
    Tensor x = (Tensor) this;
    x.spec().requireRank("unfold", 1).requireDim("unfold", dim);
    return Dispatch.run(new UnfoldOp(x.spec().dim("unfold", dim), size, step), x);
  }

  /** Any layout over the elements of a contiguous tensor. See {@link AsStrided}. */
  default Tensor asStrided(long[] sizes, long[] strides, long offset) {
    return Dispatch.run(
        new AsStrided(Shape.of(sizes), Arrays.stream(strides).boxed().toList(), offset),
        (Tensor) this);
  }

  /** A copy in memory of its own; gradients flow through. */
  default Tensor copy() {
    return Dispatch.run(new Copy(), (Tensor) this);
  }

  /** Itself if its elements lie row-major without gaps, else a copy that does. */
  default Tensor contiguous() {
    Tensor x = (Tensor) this;
    return x.isContiguous() ? x : copy();
  }

  /** On {@code device}; itself when it is there already. */
  default Tensor to(Device device) {
    Tensor x = (Tensor) this;
    return x.device().equals(device) ? x : Transfer.move(x, device);
  }
}
