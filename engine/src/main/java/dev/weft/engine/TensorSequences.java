package dev.weft.engine;

import dev.weft.engine.op.Arange;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * Evenly spaced numbers, unit matrices and the indices of triangles: static methods of {@link
 * Tensor}. Without a dtype they use the thread's default, and int64 for whole numbers.
 */
public abstract sealed class TensorSequences extends TensorWindows permits TensorFactories {

  TensorSequences() {}

  /** The numbers 0 to {@code end} − 1 as int64. */
  public static Tensor arange(long end) {
    return arange(0, end, 1);
  }

  /** The numbers from {@code start} to {@code end} (exclusive) as int64. */
  public static Tensor arange(long start, long end) {
    return arange(start, end, 1);
  }

  /**
   * The numbers from {@code start} to {@code end} (exclusive) in steps of {@code step}, as int64.
   */
  public static Tensor arange(long start, long end, long step) {
    return arange(start, end, step, DType.INT64);
  }

  /** {@code start + i · step} below {@code end}, of the default dtype. */
  public static Tensor arange(double start, double end, double step) {
    return arange(start, end, step, Context.current().defaultDtype());
  }

  /**
   * {@code start + i · step}, for as long as that is before {@code end}: ⌈(end − start) / step⌉
   * numbers.
   *
   * @throws IllegalArgumentException if the step is 0 or leads away from the end, or a number is
   *     not finite
   */
  public static Tensor arange(Number start, Number end, Number step, DType dtype) {
    double distance = end.doubleValue() - start.doubleValue();
    double stride = step.doubleValue();
    if (stride == 0 || distance * stride < 0 || !Double.isFinite(distance + stride)) {
      throw new IllegalArgumentException(
          "arange: " + start + " to " + end + " in steps of " + step + " never ends");
    }
    long count =
        start instanceof Long first && end instanceof Long last && step instanceof Long by
            ? Math.ceilDiv(Math.subtractExact(last, first), by)
            : (long) Math.ceil(distance / stride);
    TensorSpec spec = new TensorSpec(Shape.of(count), dtype, Context.current().defaultDevice());
    spec.requireReal("arange");
    boolean whole = !dtype.isFloating();
    return Dispatch.run(
        new Arange(
            whole ? (Number) start.longValue() : (Number) start.doubleValue(),
            whole ? (Number) step.longValue() : (Number) stride,
            spec));
  }

  /** {@link #linspace(double, double, int, DType)} of the default dtype. */
  public static Tensor linspace(double start, double end, int count) {
    return linspace(start, end, count, Context.current().defaultDtype());
  }

  /**
   * {@code count} numbers from {@code start} to {@code end}, both included exactly. Each half is
   * counted from its own end, as in PyTorch. One number is the start.
   */
  public static Tensor linspace(double start, double end, int count, DType dtype) {
    return spaced("linspace", start, end, count, x -> x, dtype);
  }

  /** {@link #logspace(double, double, int, double, DType)} of the default dtype. */
  public static Tensor logspace(double start, double end, int count, double base) {
    return logspace(start, end, count, base, Context.current().defaultDtype());
  }

  /** {@code base} to the power of {@link #linspace(double, double, int, DType)}. */
  public static Tensor logspace(double start, double end, int count, double base, DType dtype) {
    return spaced("logspace", start, end, count, x -> Math.pow(base, x), dtype);
  }

  private static Tensor spaced(
      String op, double start, double end, int count, DoubleUnaryOperator f, DType dtype) {
    if (count < 0) {
      throw new IllegalArgumentException(op + ": " + count + " numbers: must not be negative");
    }
    double step = count > 1 ? (end - start) / (count - 1) : 0;
    IntToDoubleFunction at =
        i -> i < (count + 1) / 2 ? start + i * step : end - (count - 1 - i) * step;
    return row(count, i -> f.applyAsDouble(at.applyAsDouble(i)), dtype);
  }

  /** The n by n identity matrix, of the default dtype. */
  public static Tensor eye(long n) {
    return eye(n, n);
  }

  /** Ones on the diagonal of an n by m matrix of the default dtype, else zeros. */
  public static Tensor eye(long n, long m) {
    return eye(n, m, Context.current().defaultDtype());
  }

  /** Ones on the diagonal of an n by m matrix, else zeros. */
  public static Tensor eye(long n, long m, DType dtype) {
    if (n < 0 || m < 0) {
      throw new ShapeException("eye: " + n + " by " + m + ": must not be negative");
    }
    return arange(n).unsqueeze(1).eq(arange(m)).to(dtype);
  }

  /**
   * The places on and below a diagonal of a rows by cols matrix, row by row: a (2, n) int64 tensor,
   * the rows' indices above the columns'. Diagonal 0 is the main one, positive ones lie above it.
   */
  public static Tensor trilIndices(long rows, long cols, long offset) {
    return places("tril_indices", rows, cols, ones -> ones.tril(offset));
  }

  /** The places on and above a diagonal; see {@link #trilIndices}. */
  public static Tensor triuIndices(long rows, long cols, long offset) {
    return places("triu_indices", rows, cols, ones -> ones.triu(offset));
  }

  private static Tensor places(String op, long rows, long cols, UnaryOperator<Tensor> triangle) {
    if (rows < 0 || cols < 0) {
      throw new ShapeException(op + ": " + rows + " by " + cols + ": must not be negative");
    }
    return triangle.apply(Tensor.ones(Shape.of(rows, cols), DType.INT64)).nonzero().t().copy();
  }
}
