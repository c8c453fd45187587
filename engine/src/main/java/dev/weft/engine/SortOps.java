package dev.weft.engine;

import dev.weft.engine.op.ArgSort;
import dev.weft.engine.op.SearchSorted;

/**
 * Operations of {@link Tensor} that order, search and tell apart. NaN counts as larger than every
 * number. Gradients of values go back to the places they came from.
 */
public sealed interface SortOps permits Tensor {

  /** Ascending along the last dimension. */
  default ValuesAndIndices sort() {
    return sort(-1, false);
  }

  /** Sorted along {@code dim}, stable: equal elements keep their order. */
  default ValuesAndIndices sort(int dim, boolean descending) {
    Tensor x = (Tensor) this;
    Tensor indices = argsort(dim, descending);
    return new ValuesAndIndices(Pick.along(x, dim, indices), indices);
  }

  /** The indices that sort the last dimension ascending. */
  default Tensor argsort() {
    return argsort(-1, false);
  }

  /** The indices that sort along {@code dim}, stable. See {@link ArgSort}. */
  default Tensor argsort(int dim, boolean descending) {
    Tensor x = (Tensor) this;
    return Dispatch.run(new ArgSort(Pick.axis("argsort", x, dim), descending), x);
  }

  /** Ascending along the first dimension. */
  default Tensor msort() {
    return sort(0, false).values();
  }

  /** The k largest elements of the last dimension, descending. */
  default ValuesAndIndices topk(long k) {
    return topk(k, -1, true);
  }

  /** The k largest elements along {@code dim}, descending. */
  default ValuesAndIndices topk(long k, int dim) {
    return topk(k, dim, true);
  }

  /** The k largest (or smallest) elements along {@code dim}, the most extreme first. */
  default ValuesAndIndices topk(long k, int dim, boolean largest) {
    Tensor x = (Tensor) this;
    x.spec().requireNumeric("topk");
    int axis = Pick.axis("topk", x, dim);
    long size = x.rank() == 0 ? 1 : x.size(axis);
    if (k < 0 || k > size) {
      throw new ShapeException(
          "topk: " + x.shape() + ": k = " + k + " is not between 0 and " + size);
    }
    Tensor order = argsort(axis, largest);
    Tensor indices = x.rank() == 0 ? order : order.narrow(axis, 0, k);
    return new ValuesAndIndices(Pick.along(x, axis, indices), indices);
  }

  /** The k-th smallest element of the last dimension; k counts from 1. */
  default ValuesAndIndices kthvalue(long k) {
    return kthvalue(k, -1, false);
  }

  /** The k-th smallest element along {@code dim}; k counts from 1. */
  default ValuesAndIndices kthvalue(long k, int dim, boolean keepdim) {
    Tensor x = (Tensor) this;
    x.spec().requireNumeric("kthvalue");
    int axis = Pick.axis("kthvalue", x, dim);
    long size = x.rank() == 0 ? 1 : x.size(axis);
    if (k < 1 || k > size) {
      throw new ShapeException(
          "kthvalue: " + x.shape() + ": k = " + k + " is not between 1 and " + size);
    }
    Tensor order = argsort(axis, false);
    return Pick.one(x, axis, x.rank() == 0 ? order : order.narrow(axis, k - 1, 1), keepdim);
  }

  /** Each value once, ascending. No gradient. */
  default UniqueValues unique() {
    return flatUnique(false);
  }

  /** Each slice along {@code dim} once, in ascending order of its elements. No gradient. */
  default UniqueValues unique(int dim) {
    return uniqueSlices(dim, false);
  }

  /** The first of each run of equal elements. No gradient. */
  default UniqueValues uniqueConsecutive() {
    return flatUnique(true);
  }

  /** The first of each run of equal slices along {@code dim}. No gradient. */
  default UniqueValues uniqueConsecutive(int dim) {
    return uniqueSlices(dim, true);
  }

  private UniqueValues flatUnique(boolean consecutive) {
    Tensor x = (Tensor) this;
    UniqueValues found = Uniques.rows(x.reshape(-1), consecutive);
    return new UniqueValues(found.values(), found.inverse().reshape(x.shape()), found.counts());
  }

  private UniqueValues uniqueSlices(int dim, boolean consecutive) {
    Tensor x = (Tensor) this;
    int axis = x.spec().dim(consecutive ? "uniqueConsecutive" : "unique", dim);
    UniqueValues found = Uniques.rows(x.transpose(0, axis), consecutive);
    return new UniqueValues(found.values().transpose(0, axis), found.inverse(), found.counts());
  }

  /**
   * The receiver is a sorted row, or rows: where {@code values} would be inserted, before equal
   * elements. See {@link SearchSorted}.
   */
  default Tensor searchsorted(Tensor values) {
    return searchsorted(values, false);
  }

  /** As {@link #searchsorted(Tensor)}; behind equal elements if {@code right}. */
  default Tensor searchsorted(Tensor values, boolean right) {
    return Dispatch.run(new SearchSorted(right), (Tensor) this, values);
  }

  /** The number of the bucket each element falls into; a boundary belongs to the one below it. */
  default Tensor bucketize(Tensor boundaries) {
    return bucketize(boundaries, false);
  }

  /** As {@link #bucketize(Tensor)}; a boundary belongs to the bucket above it if {@code right}. */
  default Tensor bucketize(Tensor boundaries, boolean right) {
    Operands.given("bucketize", "boundaries", boundaries);
    if (boundaries.rank() != 1) {
      throw new ShapeException("bucketize: boundaries " + boundaries.shape() + ": must be one row");
    }
    return boundaries.searchsorted((Tensor) this, right);
  }

  /** Whether each element occurs among {@code values}. */
  default Tensor isin(Tensor values) {
    Operands.given("isin", "values", values);
    Tensor x = (Tensor) this;
    DType dtype = DType.promote(x.dtype(), values.dtype());
    x.spec().requireNumeric("isin");
    values.spec().requireNumeric("isin");
    if (values.numel() == 0) {
      return Tensor.zeros(x.shape(), DType.BOOL, x.device());
    }
    Tensor sorted = values.detach().to(dtype).reshape(-1).sort().values();
    Tensor converted = x.detach().to(dtype);
    Tensor at = sorted.searchsorted(converted).clamp(0, sorted.size(0) - 1);
    return sorted.take(at).eq(converted);
  }
}
