package dev.weft.engine;

import dev.weft.engine.op.ArgReduce;
import dev.weft.engine.op.LogSoftmaxOp;
import dev.weft.engine.op.Reduce;
import dev.weft.engine.op.Reduce.Kind;
import dev.weft.engine.op.SoftmaxOp;
import dev.weft.engine.op.SumTo;
import java.util.ArrayList;
import java.util.List;

/**
 * Operations of {@link Tensor} that combine elements along dimensions. Negative dims count from the
 * end.
 */
public sealed interface ReductionOps permits Tensor {

  /** Largest or smallest values along a dimension, and where they were. */
  record Extremes(Tensor values, Tensor indices) {}

  /** The sum of all elements; integers give int64. */
  default Tensor sum() {
    return reduce(Kind.SUM, everyDim(), false);
  }

  default Tensor sum(int dim) {
    return sum(dim, false);
  }

  default Tensor sum(int dim, boolean keepdim) {
    return reduce(Kind.SUM, new int[] {dim}, keepdim);
  }

  /** The sum along several dims; along all of them when none is named. */
  default Tensor sum(int[] dims, boolean keepdim) {
    return reduce(Kind.SUM, dims.length == 0 ? everyDim() : dims, keepdim);
  }

  /** The mean of all elements. */
  default Tensor mean() {
    return reduce(Kind.MEAN, everyDim(), false);
  }

  default Tensor mean(int dim) {
    return mean(dim, false);
  }

  default Tensor mean(int dim, boolean keepdim) {
    return reduce(Kind.MEAN, new int[] {dim}, keepdim);
  }

  /** The mean along several dims; along all of them when none is named. */
  default Tensor mean(int[] dims, boolean keepdim) {
    return reduce(Kind.MEAN, dims.length == 0 ? everyDim() : dims, keepdim);
  }

  /** The largest element; ties share the gradient. */
  default Tensor max() {
    return reduce(Kind.AMAX, everyDim(), false);
  }

  /** The smallest element; ties share the gradient. */
  default Tensor min() {
    return reduce(Kind.AMIN, everyDim(), false);
  }

  /**
   * The largest elements along {@code dim} and their indices; the gradient goes to those indices.
   */
  default Extremes max(int dim, boolean keepdim) {
    return extremes(true, dim, keepdim);
  }

  /**
   * The smallest elements along {@code dim} and their indices; the gradient goes to those indices.
   */
  default Extremes min(int dim, boolean keepdim) {
    return extremes(false, dim, keepdim);
  }

  /** The largest elements along dims; ties share the gradient. */
  default Tensor amax(int[] dims, boolean keepdim) {
    return reduce(Kind.AMAX, dims.length == 0 ? everyDim() : dims, keepdim);
  }

  /** The smallest elements along dims; ties share the gradient. */
  default Tensor amin(int[] dims, boolean keepdim) {
    return reduce(Kind.AMIN, dims.length == 0 ? everyDim() : dims, keepdim);
  }

  /** Whether any element is not 0. */
  default Tensor any() {
    return reduce(Kind.ANY, everyDim(), false);
  }

  /** Whether all elements are not 0. */
  default Tensor all() {
    return reduce(Kind.ALL, everyDim(), false);
  }

  /** Whether all elements along {@code dim} are not 0. */
  default Tensor all(int dim, boolean keepdim) {
    return reduce(Kind.ALL, new int[] {dim}, keepdim);
  }

  /** Whether any element along {@code dim} is not 0. */
  default Tensor any(int dim, boolean keepdim) {
    return reduce(Kind.ANY, new int[] {dim}, keepdim);
  }

  /** The position of the largest element in row-major order. */
  default Tensor argmax() {
    return ((Tensor) this).reshape(-1).argmax(0);
  }

  default Tensor argmax(int dim) {
    return argmax(dim, false);
  }

  default Tensor argmax(int dim, boolean keepdim) {
    return arg(true, dim, keepdim);
  }

  /** The position of the smallest element in row-major order. */
  default Tensor argmin() {
    return ((Tensor) this).reshape(-1).argmin(0);
  }

  default Tensor argmin(int dim) {
    return argmin(dim, false);
  }

  default Tensor argmin(int dim, boolean keepdim) {
    return arg(false, dim, keepdim);
  }

  /** Exponentials scaled to sum to one along {@code dim}. See {@link SoftmaxOp}. */
  default Tensor softmax(int dim) {
    return Dispatch.run(new SoftmaxOp(dim), (Tensor) this);
  }

  /** The logarithm of the softmax along {@code dim}. See {@link LogSoftmaxOp}. */
  default Tensor logSoftmax(int dim) {
    return Dispatch.run(new LogSoftmaxOp(dim), (Tensor) this);
  }

  /** Sums over what broadcasting from {@code shape} would have repeated. See {@link SumTo}. */
  default Tensor sumTo(Shape shape) {
    Tensor x = (Tensor) this;
    return x.shape().equals(shape) ? x : Dispatch.run(new SumTo(shape), x);
  }

  /** The Euclidean norm of all elements. */
  default Tensor norm() {
    return ((Tensor) this).square().sum().sqrt();
  }

  private int[] everyDim() {
    int[] dims = new int[((Tensor) this).rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = i;
    }
    return dims;
  }

  private Tensor reduce(Kind kind, int[] dims, boolean keepdim) {
    Tensor x = (Tensor) this;
    return Dispatch.run(new Reduce(kind, ascending(kind, x, dims), keepdim), x);
  }

  /** Counted from 0, sorted, each once; a dim named twice is an error as in PyTorch. */
  private static List<Integer> ascending(Kind kind, Tensor x, int[] dims) {
    var sorted = new ArrayList<Integer>(dims.length);
    for (int dim : dims) {
      x.spec().requireDim(kind, dim);
      int axis = dim < 0 ? dim + Math.max(1, x.rank()) : dim;
      if (sorted.contains(axis)) {
        throw new ShapeException(
            kind + ": " + x.shape() + ": dimension " + dim + " is named twice");
      }
      sorted.add(axis);
    }
    sorted.sort(null);
    return sorted;
  }

  private Tensor arg(boolean largest, int dim, boolean keepdim) {
    Tensor x = (Tensor) this;
    x.spec().requireDim(largest ? "argmax" : "argmin", dim);
    return Dispatch.run(
        new ArgReduce(largest, dim < 0 ? dim + Math.max(1, x.rank()) : dim, keepdim), x);
  }

  private Extremes extremes(boolean largest, int dim, boolean keepdim) {
    Tensor x = (Tensor) this;
    Tensor at = arg(largest, dim, true);
    if (x.rank() == 0) {
      return new Extremes(x, at);
    }
    int axis = x.shape().dim(dim);
    Tensor values = x.gather(axis, at);
    return keepdim
        ? new Extremes(values, at)
        : new Extremes(values.squeeze(axis), at.squeeze(axis));
  }
}
