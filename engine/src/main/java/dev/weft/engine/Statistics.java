package dev.weft.engine;

/** The compositions behind {@link StatisticsOps}. */
final class Statistics {

  private Statistics() {}

  static Tensor flat(Tensor x) {
    return x.reshape(-1);
  }

  /** The number of elements that are combined into one. */
  private static double combined(Tensor x, int[] dims) {
    double count = 1;
    for (int d = 0; d < x.rank(); d++) {
      for (int dim : dims) {
        count *= d == (dim < 0 ? dim + x.rank() : dim) ? x.size(d) : 1;
      }
    }
    return dims.length == 0 ? x.numel() : count;
  }

  static Tensor var(Tensor x, int[] dims, double correction, boolean keepdim) {
    Tensor away = x.sub(x.mean(dims, true));
    Tensor squares = (x.isComplex() ? away.abs() : away).square().sum(dims, keepdim);
    return squares.div(Math.max(0, combined(x, dims) - correction));
  }

  /** x¹ᐟᵖ for x ≥ 0, with derivative 0 at 0. */
  static Tensor root(Tensor x, double p) {
    Tensor zero = x.eq(0);
    Tensor safe = zero.where(1.0, x);
    return zero.where(0.0, p == 2 ? safe.sqrt() : safe.pow(1 / p));
  }

  static Tensor norm(Tensor x, double p, int[] dims, boolean keepdim) {
    if (p < 0 && combined(x, dims) == 0) {
      throw new ShapeException(
          "norm: " + x.shape() + ": the norm of order " + p + " of nothing does not exist");
    }
    if (Double.isInfinite(p)) {
      Tensor size = x.abs();
      if (combined(x, dims) == 0 && p > 0) { // the norm of nothing
        return size.sum(dims, keepdim);
      }
      return p > 0 ? size.amax(dims, keepdim) : size.amin(dims, keepdim);
    }
    if (p == 0) {
      return x.ne(0).to(x.dtype()).sum(dims, keepdim);
    }
    if (p == 1) {
      return x.abs().sum(dims, keepdim);
    }
    if (p == 2) {
      return root(x.square().sum(dims, keepdim), 2);
    }
    Tensor zero = x.eq(0);
    Tensor terms = zero.where(Math.pow(0, p), zero.where(1.0, x.abs()).pow(p));
    return root(terms.sum(dims, keepdim), p);
  }

  /** The place of the middle among n sorted elements, of which the last are NaN. */
  static ValuesAndIndices median(Tensor x, int dim, boolean keepdim, boolean skipNan) {
    String op = skipNan ? "nanmedian" : "median";
    x.spec().requireNumeric(op);
    int axis = Pick.axis(op, x, dim);
    if (x.rank() == 0) {
      return new ValuesAndIndices(x, Tensor.zeros(Shape.SCALAR, DType.INT64, x.device()));
    }
    long size = x.size(axis);
    if (size == 0) {
      throw new ShapeException(op + ": " + x.shape() + ": an empty slice has no middle");
    }
    Tensor order = x.argsort(axis, false);
    Tensor middle;
    if (x.dtype().isFloating()) {
      Tensor numbers = x.isnan().logicalNot().sum(axis, true);
      Tensor half = numbers.sub(1).clamp(0, size).floorDivide(2);
      middle = skipNan ? half : numbers.eq(size).where(half, numbers);
    } else {
      Shape one = x.shape().with(axis, 1);
      middle = Tensor.full(one, (size - 1) / 2, DType.INT64, x.device());
    }
    return Pick.one(x, axis, order.gather(axis, middle), keepdim);
  }

  /** A number as the share of a quantile, in the dtype of {@code x}. */
  static Tensor share(Tensor x, double q) {
    x.spec().requireFloating("quantile");
    return Tensor.full(Shape.SCALAR, q, DType.promote(x.dtype(), DType.FLOAT32), x.device());
  }

  /** The median of all elements; NaN of no floating ones. */
  static Tensor middle(Tensor x, boolean skipNan) {
    if (x.numel() == 0 && x.dtype().isFloating()) {
      return x.sum().add(Double.NaN);
    }
    Tensor middle = median(flat(x), 0, false, skipNan).values();
    if (!x.requiresGrad()) {
      return middle;
    }
    // Equal elements share the gradient, as those of min and max do.
    Tensor same = x.eq(middle);
    Tensor shared = same.where(x, Double.NEGATIVE_INFINITY).max();
    Tensor lowest = same.where(x, Double.POSITIVE_INFINITY).min(); // not below −∞ either
    Tensor found = middle.eq(Double.NEGATIVE_INFINITY).where(lowest, shared);
    return middle.isnan().where(middle, found);
  }

  static Tensor quantile(
      Tensor x, Tensor q, int dim, boolean keepdim, Interpolation interpolation, boolean skipNan) {
    requireShares(x, q);
    int axis = Pick.axis("quantile", x, dim);
    return Operands.wide(x, w -> ranked(w, q, axis, keepdim, interpolation, skipNan));
  }

  private static Tensor ranked(
      Tensor x, Tensor q, int axis, boolean keepdim, Interpolation interpolation, boolean skipNan) {
    Tensor rows = x.rank() == 0 ? x.reshape(1) : x.transpose(axis, -1);
    long size = rows.size(-1);
    if (size == 0) {
      throw new ShapeException("quantile: " + x.shape() + ": an empty slice has no quantiles");
    }
    Tensor sorted = rows.sort(-1, false).values();
    Tensor numbers = rows.isnan().logicalNot().sum(-1, true); // (*, 1)
    Tensor shares = q.reshape(-1).to(x.dtype());
    Tensor place;
    if (skipNan) {
      place = shares.mul(numbers.sub(1).clamp(0, size).to(x.dtype()));
    } else { // the last element is NaN if one is
      place = numbers.eq(size).where(shares.mul((double) (size - 1)), (double) (size - 1));
    }
    Tensor picked = between(sorted, place, interpolation); // (*, Q)
    if (x.rank() == 0) {
      return q.rank() == 0 ? picked.reshape(Shape.SCALAR) : picked;
    }
    Tensor result = picked.transpose(axis, -1); // Q stands where dim was
    if (q.rank() == 0) {
      return keepdim ? result : result.squeeze(axis);
    }
    Tensor leading = result.unsqueeze(0).transpose(0, axis + 1);
    return keepdim ? leading : leading.squeeze(axis + 1);
  }

  private static Tensor between(Tensor sorted, Tensor place, Interpolation interpolation) {
    int last = sorted.rank() - 1;
    Tensor at =
        switch (interpolation) {
          case LINEAR, MIDPOINT, LOWER -> place.floor();
          case HIGHER -> place.ceil();
          case NEAREST -> place.round();
        };
    Tensor low = sorted.gather(last, at.to(DType.INT64));
    return switch (interpolation) {
      case LOWER, HIGHER, NEAREST -> low;
      case LINEAR -> low.lerp(sorted.gather(last, place.ceil().to(DType.INT64)), place.sub(at));
      case MIDPOINT -> low.lerp(sorted.gather(last, place.ceil().to(DType.INT64)), 0.5);
    };
  }

  private static void requireShares(Tensor x, Tensor q) {
    Operands.given("quantile", "q", q);
    x.spec().requireFloating("quantile");
    q.spec().requireFloating("quantile");
    if (q.rank() > 1) {
      throw new ShapeException("quantile: q " + q.shape() + ": must be a number or a row");
    }
    for (double share : q.detach().toDoubleArray()) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("quantile: q = " + share + ": must be between 0 and 1");
      }
    }
  }

  static Tensor histogram(Tensor x, long bins, double low, double high) {
    if (bins < 1 || !(low <= high) || Double.isInfinite(high - low)) {
      throw new IllegalArgumentException(
          "histc: "
              + bins
              + " bins from "
              + low
              + " to "
              + high
              + ": needs at least one, and finite ascending bounds");
    }
    if (low == high && x.numel() > 0) {
      low = x.min().item();
      high = x.max().item();
      if (Double.isNaN(high - low) || Double.isInfinite(high - low)) {
        throw new IllegalArgumentException(
            "histc: the data reach from " + low + " to " + high + ": give finite bounds");
      }
    }
    if (low == high) {
      low -= 1;
      high += 1;
    }
    Tensor counted = x.ge(low).logicalAnd(x.le(high));
    Tensor bin = x.sub(low).div(high - low).mul((double) bins).floor().clamp(0, bins - 1.0);
    Tensor index = counted.where(bin, 0.0).to(DType.INT64);
    return Tensor.zeros(Shape.of(bins), x.dtype(), x.device())
        .indexAdd(0, index, counted.to(x.dtype()));
  }

  static Tensor bincount(Tensor x, Tensor weights, long minlength) {
    if (x.rank() != 1 || !weights.shape().equals(x.shape())) {
      throw new ShapeException(
          "bincount: "
              + x.shape()
              + ", weights "
              + weights.shape()
              + ": must be one row, with one weight per number");
    }
    if (!x.dtype().isInteger()) {
      throw new DTypeException("bincount: " + x.spec() + ": takes integers");
    }
    if (minlength < 0) {
      throw new IllegalArgumentException(
          "bincount: minlength " + minlength + ": must not be negative");
    }
    long least = x.numel() == 0 ? 0 : x.min().itemLong();
    if (least < 0) {
      throw new IllegalArgumentException("bincount: " + least + ": numbers must not be negative");
    }
    long size = x.numel() == 0 ? 0 : x.max().itemLong() + 1;
    return Tensor.zeros(Shape.of(Math.max(size, minlength)), weights.dtype(), x.device())
        .indexAdd(0, x.to(DType.INT64), weights);
  }
}
