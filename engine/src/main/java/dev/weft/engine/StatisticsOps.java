package dev.weft.engine;

import dev.weft.engine.op.ArgMode;
import java.util.Arrays;

/**
 * Statistics of {@link Tensor}: moments, order statistics, counts. Negative dims count from the
 * end; no dims mean all of them.
 */
public sealed interface StatisticsOps permits Tensor {

  /** A variance or standard deviation with the mean it was taken around. */
  record Moments(Tensor spread, Tensor mean) {}

  /** The variance of all elements, divided by n − 1. */
  default Tensor var() {
    return var(new int[0], 1, false);
  }

  /** The variance along {@code dim}, divided by n − 1. */
  default Tensor var(int dim) {
    return var(new int[] {dim}, 1, false);
  }

  /**
   * Σ |x − μ|² / (n − correction) along dims; NaN when nothing is left to divide by. The mean is
   * taken first, so that numbers far from 0 keep their digits.
   */
  default Tensor var(int[] dims, double correction, boolean keepdim) {
    return Operands.wide(floats("var"), x -> Statistics.var(x, dims, correction, keepdim));
  }

  /** The standard deviation of all elements: √ of {@link #var()}. */
  default Tensor std() {
    return std(new int[0], 1, false);
  }

  /** The standard deviation along {@code dim}: √ of {@link #var(int)}. */
  default Tensor std(int dim) {
    return std(new int[] {dim}, 1, false);
  }

  /** √ of {@link #var(int[], double, boolean)}; its gradient is 0 where it is 0. */
  default Tensor std(int[] dims, double correction, boolean keepdim) {
    return Operands.wide(
        floats("std"), x -> Statistics.root(Statistics.var(x, dims, correction, keepdim), 2));
  }

  /** Variance and mean. See {@link #var(int[], double, boolean)}. */
  default Moments varMean(int[] dims, double correction, boolean keepdim) {
    return new Moments(var(dims, correction, keepdim), floats("var_mean").mean(dims, keepdim));
  }

  /** Standard deviation and mean. See {@link #std(int[], double, boolean)}. */
  default Moments stdMean(int[] dims, double correction, boolean keepdim) {
    return new Moments(std(dims, correction, keepdim), floats("std_mean").mean(dims, keepdim));
  }

  /** This, if it is floating or complex. */
  private Tensor floats(String op) {
    Tensor x = (Tensor) this;
    if (!x.isComplex()) {
      x.spec().requireFloating(op);
    }
    return x;
  }

  /** ‖x‖ₚ of all elements. See {@link #norm(double, int[], boolean)}. */
  default Tensor norm(double p) {
    return norm(p, new int[0], false);
  }

  /** The Euclidean norm of all elements. */
  default Tensor norm() {
    return norm(2);
  }

  /** ‖x‖ₚ along {@code dim}. See {@link #norm(double, int[], boolean)}. */
  default Tensor norm(double p, int dim) {
    return norm(p, new int[] {dim}, false);
  }

  /**
   * (Σ |x|ᵖ)¹ᐟᵖ along dims; for p = ±∞ the largest or smallest |x|, for p = 0 the number of
   * elements that are not 0. The gradient of a norm of 0 is 0.
   */
  default Tensor norm(double p, int[] dims, boolean keepdim) {
    Tensor x = floats("norm");
    if (x.isComplex()) {
      return x.abs().norm(p, dims, keepdim);
    }
    // As autocast has it, the result is not narrowed again.
    Tensor input =
        Context.current().autocast.isPresent() ? x.to(DType.promote(x.dtype(), DType.FLOAT32)) : x;
    return Operands.wide(input, each -> Statistics.norm(each, p, dims, keepdim));
  }

  /** ‖x − y‖ₚ over all elements. */
  default Tensor dist(Tensor y, double p) {
    return ((Tensor) this).sub(y).norm(p);
  }

  /** Slices along {@code dim} whose p-norm is above {@code maxnorm}, scaled down to it. */
  default Tensor renorm(double p, int dim, double maxnorm) {
    Tensor x = floats("renorm");
    int axis = x.spec().requireRank("renorm", 2).dim("renorm", dim);
    if (!(p > 0) || !(maxnorm >= 0)) {
      throw new IllegalArgumentException(
          "renorm: p = " + p + ", maxnorm = " + maxnorm + ": needs p > 0 and maxnorm of 0 or more");
    }
    int[] others = java.util.stream.IntStream.range(0, x.rank()).filter(d -> d != axis).toArray();
    Tensor norm = x.norm(p, others, true);
    Tensor scale = norm.add(1e-7).reciprocal().mul(maxnorm); // PyTorch's guard against 0
    return x.mul(norm.gt(maxnorm).where(scale, 1.0));
  }

  /** The middle element of all, the lower of two; NaN if there is one, or no floating element. */
  default Tensor median() {
    return Statistics.middle((Tensor) this, false);
  }

  /** The middle element along {@code dim}, the lower of two, and its place; NaN if there is one. */
  default ValuesAndIndices median(int dim, boolean keepdim) {
    return Statistics.median((Tensor) this, dim, keepdim, false);
  }

  /** The middle element of all that are not NaN; NaN if there is none. */
  default Tensor nanmedian() {
    return Statistics.middle((Tensor) this, true);
  }

  /** The middle element of those that are not NaN along {@code dim}, and its place. */
  default ValuesAndIndices nanmedian(int dim, boolean keepdim) {
    return Statistics.median((Tensor) this, dim, keepdim, true);
  }

  /** The most frequent value of the last dimension, and the last place of it. */
  default ValuesAndIndices mode() {
    return mode(-1, false);
  }

  /** The most frequent value along {@code dim}; the smallest of several. See {@link ArgMode}. */
  default ValuesAndIndices mode(int dim, boolean keepdim) {
    Tensor x = (Tensor) this;
    int axis = Pick.axis("mode", x, dim);
    return Pick.one(x, axis, Dispatch.run(new ArgMode(axis), x), keepdim);
  }

  /** The q-quantile of all elements, interpolated linearly. */
  default Tensor quantile(double q) {
    return quantile(q, Interpolation.LINEAR);
  }

  /** The q-quantile of all elements. */
  default Tensor quantile(double q, Interpolation interpolation) {
    return Statistics.flat((Tensor) this).quantile(q, 0, false, interpolation);
  }

  /**
   * The value below which a share q of the elements along {@code dim} lies; NaN if there is one.
   */
  default Tensor quantile(double q, int dim, boolean keepdim, Interpolation interpolation) {
    Tensor x = (Tensor) this;
    return Statistics.quantile(x, Statistics.share(x, q), dim, keepdim, interpolation, false);
  }

  /** Several quantiles along {@code dim}: the shares are a row, which leads the result's shape. */
  default Tensor quantile(Tensor q, int dim, boolean keepdim, Interpolation interpolation) {
    return Statistics.quantile((Tensor) this, q, dim, keepdim, interpolation, false);
  }

  /** The q-quantile of all elements that are not NaN. */
  default Tensor nanquantile(double q, Interpolation interpolation) {
    return Statistics.flat((Tensor) this).nanquantile(q, 0, false, interpolation);
  }

  /** The value below which a share q of the elements lies that are not NaN. */
  default Tensor nanquantile(double q, int dim, boolean keepdim, Interpolation interpolation) {
    Tensor x = (Tensor) this;
    return Statistics.quantile(x, Statistics.share(x, q), dim, keepdim, interpolation, true);
  }

  /**
   * Several quantiles of the elements that are not NaN; see {@link #quantile(Tensor, int, boolean,
   * Interpolation)}.
   */
  default Tensor nanquantile(Tensor q, int dim, boolean keepdim, Interpolation interpolation) {
    return Statistics.quantile((Tensor) this, q, dim, keepdim, interpolation, true);
  }

  /** How many elements fall into each of {@code bins} equal parts of the data's own range. */
  default Tensor histc(long bins) {
    return histc(bins, 0, 0);
  }

  /**
   * How many elements fall into each of {@code bins} equal parts of low … high; others are not
   * counted, the upper end is. Equal bounds stand for the range of the data. No gradient.
   */
  default Tensor histc(long bins, double low, double high) {
    return Statistics.histogram(floats("histc").detach().reshape(-1), bins, low, high);
  }

  /** How often each of the numbers 0, 1, … occurs, up to the largest that does. */
  default Tensor bincount() {
    return bincount(0);
  }

  /** As {@link #bincount()}, with at least {@code minlength} numbers. */
  default Tensor bincount(long minlength) {
    Tensor x = (Tensor) this;
    return Statistics.bincount(x, Tensor.onesLike(x).to(DType.INT64), minlength);
  }

  /** The sum of the weights of each of the numbers 0, 1, …; float64 unless they are float32. */
  default Tensor bincount(Tensor weights, long minlength) {
    Operands.given("bincount", "weights", weights);
    DType dtype = weights.dtype() == DType.FLOAT32 ? DType.FLOAT32 : DType.FLOAT64;
    return Statistics.bincount((Tensor) this, weights.detach().to(dtype), minlength);
  }

  /** The sum of the diagonal of a matrix; integers give int64. */
  default Tensor trace() {
    Tensor x = (Tensor) this;
    if (x.rank() != 2) {
      throw new ShapeException("trace: " + x.shape() + ": must be a matrix");
    }
    x.spec().requireNumeric("trace");
    long size = Math.min(x.size(0), x.size(1));
    long[] places = new long[Math.toIntExact(size)];
    Arrays.setAll(places, i -> i);
    Tensor index = Tensor.of(places).to(x.device()).unsqueeze(1);
    return x.narrow(0, 0, size).gather(1, index).sum();
  }
}
