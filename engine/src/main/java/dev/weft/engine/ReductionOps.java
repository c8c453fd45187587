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

  /** The smallest and the largest elements. */
  record MinMax(Tensor min, Tensor max) {}

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
  default ValuesAndIndices max(int dim, boolean keepdim) {
    return extremes(true, dim, keepdim);
  }

  /**
   * The smallest elements along {@code dim} and their indices; the gradient goes to those indices.
   */
  default ValuesAndIndices min(int dim, boolean keepdim) {
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

  /** The smallest and the largest element of all. */
  default MinMax aminmax() {
    return new MinMax(min(), max());
  }

  /** The smallest and the largest elements along {@code dim}; ties share the gradient. */
  default MinMax aminmax(int dim, boolean keepdim) {
    return new MinMax(amin(new int[] {dim}, keepdim), amax(new int[] {dim}, keepdim));
  }

  /** The product of all elements; integers give int64. */
  default Tensor prod() {
    return reduce(Kind.PROD, everyDim(), false);
  }

  default Tensor prod(int dim) {
    return prod(dim, false);
  }

  default Tensor prod(int dim, boolean keepdim) {
    return reduce(Kind.PROD, new int[] {dim}, keepdim);
  }

  /** The sum of all elements that are not NaN. */
  default Tensor nansum() {
    return nansum(new int[0], false);
  }

  /** The sum along dims, or all of them, of what is not NaN. */
  default Tensor nansum(int[] dims, boolean keepdim) {
    Tensor x = (Tensor) this;
    x.spec().requireReal("nansum");
    return (x.dtype().isFloating() ? x.isnan().where(0.0, x) : x).sum(dims, keepdim);
  }

  /** The mean of all elements that are not NaN. */
  default Tensor nanmean() {
    return nanmean(new int[0], false);
  }

  /** The mean along dims, or all of them, of what is not NaN; NaN where there is nothing else. */
  default Tensor nanmean(int[] dims, boolean keepdim) {
    Tensor x = (Tensor) this;
    x.spec().requireFloating("nanmean");
    return Operands.wide(
        x,
        w -> {
          Tensor count = w.isnan().logicalNot().sum(dims, true).to(w.dtype());
          // Where nothing is left the gradient is NaN, as in PyTorch.
          Tensor traced = w.requiresGrad() ? w.mul(count.div(count)) : w;
          Tensor sum = traced.nansum(dims, keepdim);
          return sum.div(count.reshape(sum.shape()));
        });
  }

  /** log Σ exp(x) along {@code dim}. */
  default Tensor logsumexp(int dim) {
    return logsumexp(new int[] {dim}, false);
  }

  /** log Σ exp(x) along dims, or all of them, shifted by the largest so that nothing overflows. */
  default Tensor logsumexp(int[] dims, boolean keepdim) {
    return Operands.wide(
        Operands.floating((Tensor) this),
        x -> {
          if (x.numel() == 0) { // there is no largest
            return x.sum(dims, keepdim).log();
          }
          Tensor largest = x.detach().amax(dims, true);
          Tensor shift = largest.isfinite().where(largest, 0.0);
          Tensor logs = x.sub(shift).exp().sum(dims, keepdim).log();
          return logs.add(keepdim ? shift : shift.reshape(logs.shape()));
        });
  }

  /** How many elements are not 0. */
  default Tensor countNonzero() {
    return countNonzero(new int[0]);
  }

  /** How many elements along dims are not 0. */
  default Tensor countNonzero(int... dims) {
    return ((Tensor) this).ne(0).sum(dims, false);
  }

  /** Whether any element is not 0: bool, of uint8 as uint8 (PyTorch's, from before it had bool). */
  default Tensor any() {
    return truth(Kind.ANY, everyDim(), false);
  }

  /** Whether all elements are not 0: bool, of uint8 as uint8. */
  default Tensor all() {
    return truth(Kind.ALL, everyDim(), false);
  }

  /** Whether all elements along {@code dim} are not 0. */
  default Tensor all(int dim, boolean keepdim) {
    return truth(Kind.ALL, new int[] {dim}, keepdim);
  }

  /** Whether any element along {@code dim} is not 0. */
  default Tensor any(int dim, boolean keepdim) {
    return truth(Kind.ANY, new int[] {dim}, keepdim);
  }

  /**
   * Whether all elements along dims are not 0; each on its own when no dim is named, as in PyTorch.
   */
  default Tensor all(int[] dims, boolean keepdim) {
    return truth(Kind.ALL, dims, keepdim);
  }

  /**
   * Whether any element along dims is not 0; each on its own when no dim is named, as in PyTorch.
   */
  default Tensor any(int[] dims, boolean keepdim) {
    return truth(Kind.ANY, dims, keepdim);
  }

  private Tensor truth(Kind kind, int[] dims, boolean keepdim) {
    Tensor found = reduce(kind, dims, keepdim);
    return ((Tensor) this).dtype() == DType.UINT8 ? found.to(DType.UINT8) : found;
  }

  /** The position of the largest element in row-major order. */
  default Tensor argmax() {
    return ((Tensor) this).reshape(-1).argmax(0);
  }

  default Tensor argmax(int dim) {
    return argmax(dim, false);
  }

  default Tensor argmax(int dim, boolean keepdim) {
    ((Tensor) this).spec().requireNumeric("argmax");
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
    ((Tensor) this).spec().requireNumeric("argmin");
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
    int axis = Pick.axis(largest ? "argmax" : "argmin", x, dim);
    return Dispatch.run(new ArgReduce(largest, axis, keepdim), x);
  }

  private ValuesAndIndices extremes(boolean largest, int dim, boolean keepdim) {
    Tensor x = (Tensor) this;
    int axis = Pick.axis(largest ? "max" : "min", x, dim);
    return Pick.one(x, axis, arg(largest, axis, true), keepdim);
  }
}
